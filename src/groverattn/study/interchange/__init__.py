"""Circuits and counts in the formats of other tools."""
