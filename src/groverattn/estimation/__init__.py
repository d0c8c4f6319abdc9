"""Estimates: one row under one data access or under each of them, beside GPUs, with the source of every number."""
