"""Whole models: all rows of all heads, for one generated token and for a prefill, beside GPUs."""
