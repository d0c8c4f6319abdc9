"""The `config.json` of a model of one's own: which of its fields give the sizes of attention, and their reader."""
