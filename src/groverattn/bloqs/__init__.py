"""Circuits as Qualtran bloqs and Cirq gates, each with counts, depths and width in closed form; bases in `costed`."""
