"""Studies of prices: every preset as one row, as a whole model, and as a report."""
