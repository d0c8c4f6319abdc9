"""Logical counts, depths and waits of circuits, and the number of keys from which a search pays."""
