"""Verification of an oracle: its circuit run gate by gate on every key and compared with arithmetic and its counts.

The simulators of circuits are here too: bit-sliced basis states, sparse superpositions, and Cirq's state vector.
"""
