"""Data accesses: circuits that load the word of a key, their unload by measurement, and `DATA_ACCESSES` by name."""
