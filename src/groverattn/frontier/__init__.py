"""Frontiers: what physical qubits buy in time for one row, over circuits, factories and machines."""
