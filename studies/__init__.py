"""Studies: what computes the committed files of estimates/, README.md's blocks and the notebooks; not installed."""
