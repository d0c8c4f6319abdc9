"""Runs the circuit of a phase oracle on every key and compares it with plain arithmetic."""

from __future__ import annotations

import time

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran.resource_counting import QECGatesCost, QubitCount, get_cost_value

from groverattn.bloqs.phase_oracle import PhaseOracle
from groverattn.costs.logical import LogicalCounts
from groverattn.verify.bit_sliced import run_on_basis
from groverattn.verify.flat_circuit import flatten
