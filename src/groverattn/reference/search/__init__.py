"""Search procedures as trials of Grover iterates, their success probabilities and exact costs, and the laws."""
