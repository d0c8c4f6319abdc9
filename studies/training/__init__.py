"""Studies of training: cost of the gradients, and a toy task with exact and with approximated attention."""
