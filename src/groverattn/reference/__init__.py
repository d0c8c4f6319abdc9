"""NumPy references that circuits are checked against; no quantum library."""
