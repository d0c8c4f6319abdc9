"""The explorer: a grid of priced rows, and the page that shows it without a kernel and without a network."""
