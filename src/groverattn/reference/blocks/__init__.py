"""Search that tests the u keys of a block in one oracle call: what it sees, how it runs, and what it costs."""
