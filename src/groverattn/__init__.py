"""groverattn: Grover search for the large entries of attention, as circuits that are run and costed."""

__version__ = "0.1.0"
