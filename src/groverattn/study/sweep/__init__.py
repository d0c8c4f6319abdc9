"""Many estimates or simulations from one file: resumable, on any executor, one table."""
