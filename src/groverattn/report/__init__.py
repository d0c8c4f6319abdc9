"""The report of one or several models: the sections, from results and their tables, and its two files."""
