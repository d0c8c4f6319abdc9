"""Attention, exact and from the found entries (sparse plus rank one), with error bounds."""
