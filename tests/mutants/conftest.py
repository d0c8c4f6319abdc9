"""What needs the extra `mutants` is not read for doctests."""

collect_ignore = ["__main__.py", "mutations.py", "trial.py"]
