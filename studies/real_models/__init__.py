"""A real language model, SmolLM2-135M: its heads, and the rows searched in them."""
