"""A real language model, SmolLM2-135M: its heads, the rows searched in them, and the model run with B."""
