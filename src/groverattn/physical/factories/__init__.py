"""Magic state factories, one module per family: a function from a machine to its factories."""

from groverattn.physical.factories.factory import Factory, candidate_factories, pareto

__all__ = ["Factory", "candidate_factories", "pareto"]
