"""Classical competitors: GPU times of exact attention, and published vector indices that are only shown."""
