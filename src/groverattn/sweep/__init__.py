"""Studies: many estimates or simulations from one file into one table, resumable, on any executor."""
