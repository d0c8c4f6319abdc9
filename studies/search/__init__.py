"""Studies of the search: scaling, methods, failures, classical finders and real heads, whatever an iterate costs."""

P_FAILURE_HEAD = 1e-3
"""Failure probability allowed in a head; its n rows have equal shares."""
