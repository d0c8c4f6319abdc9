"""Problem to be searched: heads, their integers and thresholds, sizes and presets, and what is too large."""
