"""Studies of circuits: iterates under every data access, precision, two-stage search, and other estimators' counts."""
