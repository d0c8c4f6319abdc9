"""A real language model, SmolLM2-135M, run with B in the place of its attention."""
