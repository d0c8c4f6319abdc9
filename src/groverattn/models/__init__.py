"""Published models: what each of them searches, one TOML file a model, every field with its source."""
