"""Physical qubits, time and failure probability of logical counts on a machine, by formulas of the literature.

It sees counts, never circuits, and imports no quantum library; `qdk_model` alone imports qdk, when asked.
"""
