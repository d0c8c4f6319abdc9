"""Simulation of the search on a head: request, engines, search of rows, and the result beside exact attention."""
