"""Machines: one TOML file each, with a source for every number, and the record they are read into."""
