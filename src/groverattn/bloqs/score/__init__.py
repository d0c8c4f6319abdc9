"""Scores: circuits that compare the score of query and loaded key with a threshold, and `SCORES` by name."""
