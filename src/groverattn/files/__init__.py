"""Files that are read with bounds and written whole: text, JSON, records as CSV, and heads (.npz, .safetensors)."""
