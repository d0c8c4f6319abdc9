"""Gates of a bloq on numbered wires: how they are written down, scheduled, counted, and given to Cirq."""
