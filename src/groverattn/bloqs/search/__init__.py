"""Grover search: predicate, phase oracle, diffusion, iterate, search, fixed-point search and quantum counting."""
