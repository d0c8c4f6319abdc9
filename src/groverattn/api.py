"""The public functions, each with the inputs of its request as keyword arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from groverattn.inputs import asks, described
from groverattn.problem.heads import AttentionHead, head_of
from groverattn.row.request import RowRequest
from groverattn.simulation.request import SimulationRequest
from groverattn.verification.request import VerificationRequest

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from groverattn.bloqs.search.grover import GroverSearch
    from groverattn.bloqs.search.phase_oracle import PhaseOracle
    from groverattn.crossover.crossover import CrossoverResult
    from groverattn.diagnosis.diagnosis import Diagnosis
    from groverattn.estimation.compare import Comparison
    from groverattn.estimation.estimate import Estimate
    from groverattn.frontier.frontier import Frontier
    from groverattn.simulation.result import Simulation
    from groverattn.verification.verification import Verification
    from groverattn.whole_model.model import WholeModel


def _public(record: type, without: Sequence[str] = ()) -> Callable[[Callable], Callable]:
    return lambda function: described(asks(record, without=without)(function))


@_public(RowRequest)
def estimate(request: RowRequest) -> Estimate:
    """Price of one row: counts, machine, GPUs, and from how many keys on the search is faster.

    Raises:
        InputError: an unknown name, a size that is missing, or a row that no machine of this kind can run in budget.

    >>> import groverattn
    >>> groverattn.estimate(preset="llama3.1-8b", data_access="qroam").physical.code_distance
    29
    """
    from groverattn.estimation.estimate import estimate

    return estimate(request)


@_public(RowRequest, without=("data_access",))
def compare(request: RowRequest) -> Comparison:
    """Estimates of the same row under every data access.

    Raises:
        InputError: an unknown name, or a size that is missing.
    """
    from groverattn.estimation.compare import compare

    return compare(request)


@_public(RowRequest)
def find_crossover(request: RowRequest, *, data_access: str = "all", at: Sequence[int] = ()) -> CrossoverResult:
    """Number of keys from which the search is faster than a GPU, if any, and what it would take to break even.

    Args:
        data_access: How the circuit reaches the keys; all of them by default.
        at: More numbers of keys at which to ask what it would take.

    Raises:
        InputError: an unknown name, a size that is missing, or fewer keys than marked ones.
    """
    from groverattn.crossover.crossover import crossover

    return crossover(request, data_access, at)


@_public(RowRequest, without=("data_access", "score_method"))
def find_frontier(request: RowRequest) -> Frontier:
    """Designs of one row that no other beats in physical qubits and time.

    Raises:
        InputError: an unknown name, a size that is missing, or no design that the machine can run in budget.
    """
    from groverattn.frontier.frontier import frontier

    return frontier(request)


@_public(RowRequest)
def price_model(request: RowRequest, *, io_bits_per_s: float = 1e9) -> WholeModel:
    """Price of all rows of a model: one generated token, and the prefill of a full context, beside GPUs.

    Args:
        io_bits_per_s: Rate at which keys are written.

    Raises:
        InputError: an unknown name, a size that is missing, or a row that no machine of this kind can run in budget.
    """
    from groverattn.whole_model.model import whole_model

    return whole_model(request, io_bits_per_s=io_bits_per_s)


@_public(SimulationRequest)
def simulate(
    request: SimulationRequest,
    Q: ArrayLike | AttentionHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
    *,
    n_workers: int = 1,
    on_row: Callable[[int, int], None] = lambda done, total: None,
) -> Simulation:
    """Search of the rows of a head, with what B gives beside exact attention.

    Args:
        Q: Queries, shape (n, d); or a head, as `load_head` returns it. None: the head that `file` or sizes choose.
        K: Keys, shape (n, d).
        V: Values, shape (n, m).
        n_workers: Processes that share the rows.
        on_row: Called after each row with the numbers of rows done and of all rows.

    Raises:
        InputError: arrays that make no head, an unknown name, or a run that would not fit into memory or a day.

    >>> import groverattn, numpy as np
    >>> Q, K, V = np.random.default_rng(0).normal(size=(3, 16, 4))
    >>> groverattn.simulate(Q, K, V, n_marked=2, engine="law").passed
    True
    """
    from groverattn.simulation.head import simulate

    request, head = _in_memory(request, Q, K, V)
    return simulate(request, head=head, n_workers=n_workers, on_row=on_row)


def _in_memory(request: Any, Q: Any, K: Any, V: Any) -> tuple[Any, AttentionHead | None]:
    """The request, and the head that is in memory, if one is; that rows see earlier keys only may be said of both."""
    if Q is None and K is None and V is None:
        return request, None
    head = head_of(Q, K, V)
    about = attrs.evolve(request, head=attrs.evolve(request.head, causal=False))
    return about, attrs.evolve(head, causal=head.causal or request.head.causal)


@_public(VerificationRequest)
def verify(
    request: VerificationRequest,
    Q: ArrayLike | AttentionHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
) -> Verification:
    """Check of an oracle: its circuit run gate by gate on every key, compared with arithmetic and with its counts.

    Args:
        Q: Queries, shape (n, d); or a head, as `load_head` returns it. None: the head that `file` or sizes choose.
        K: Keys, shape (n, d).
        V: Values, shape (n, m).

    Raises:
        InputError: an unknown name, a row that is not searched, or more keys than can be run gate by gate.
    """
    from groverattn.verification.verification import verify

    request, head = _in_memory(request, Q, K, V)
    return verify(request, head=head)


@_public(VerificationRequest)
def oracle(
    request: VerificationRequest,
    Q: ArrayLike | AttentionHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
) -> PhaseOracle:
    """Phase oracle of one row: a Qualtran bloq and a Cirq gate, |j> -> -|j> where the score reaches the threshold.

    Args:
        Q: Queries, shape (n, d); or a head, as `load_head` returns it. None: the head that `file` or sizes choose.
        K: Keys, shape (n, d).
        V: Values, shape (n, m).

    Raises:
        InputError: an unknown name, a row that is not searched, or more keys than can be written out.

    >>> import groverattn
    >>> groverattn.oracle(n_keys=16, d_head=2).num_qubits()
    4
    """
    from groverattn.verification.verification import searched_row

    return searched_row(*_in_memory(request, Q, K, V)).oracle()


@_public(VerificationRequest)
def search(
    request: VerificationRequest,
    Q: ArrayLike | AttentionHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
    *,
    n_iterates: int | None = None,
) -> GroverSearch:
    """Grover search of one row: a Qualtran bloq and a Cirq gate that prepares the index and amplifies marked keys.

    Args:
        Q: Queries, shape (n, d); or a head, as `load_head` returns it. None: the head that `file` or sizes choose.
        K: Keys, shape (n, d).
        V: Values, shape (n, m).
        n_iterates: Number of iterates; None: as many as find a marked key most probably.

    Raises:
        InputError: an unknown name, a row that is not searched, or more keys than can be written out.
    """
    from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
    from groverattn.reference.search.amplification import ideal_iterates
    from groverattn.verification.verification import searched_row

    row = searched_row(*_in_memory(request, Q, K, V))
    best = int(ideal_iterates(row.n_keys, int(row.is_marked.sum())))
    return GroverSearch(GroverIterate(row.oracle()), best if n_iterates is None else n_iterates)


def diagnose(
    Q: ArrayLike | AttentionHead, K: ArrayLike | None = None, V: ArrayLike | None = None, *, n_marked: int = 16
) -> Diagnosis:
    """Report on a head: whether it is (tau, k)-good, and what each tail of B costs on it.

    Args:
        Q: Queries, shape (n, d); or a head, as `load_head` returns it.
        K: Keys, shape (n, d).
        V: Values, shape (n, m).
        n_marked: Keys found in each row, the k largest scores and ties.

    Raises:
        InputError: arrays that make no head, or n_marked out of range.
    """
    from groverattn.diagnosis.diagnosis import diagnose

    return diagnose(head_of(Q, K, V), n_marked)
