"""Capture of the attention heads of a local model into a file; verb `capture`."""
