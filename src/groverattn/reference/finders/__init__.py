"""Classical finders of the large scores of a row, one a file."""
