"""Files that are read with bounds and written whole: text, records as CSV, and heads (.npz)."""
