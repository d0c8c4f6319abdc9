"""Crossovers: from how many keys on the search is faster than a GPU, and what it would take to break even."""
