"""The public functions, each with the inputs of its request as keyword arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import attrs

from groverattn.diagnosis.diagnosis import DiagnosisRequest
from groverattn.errors import InputError
from groverattn.inputs import asks, check_between, described
from groverattn.problem.chosen_head import in_memory
from groverattn.problem.heads import AttentionHead, head_of
from groverattn.problem.indexer_heads import IndexerHead
from groverattn.row.request import CHOSEN_BY_A_FRONTIER, RowRequest
from groverattn.simulation.request import SimulationRequest
from groverattn.verification.request import VerificationRequest

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from groverattn.bloqs.search.block_oracle import BlockOracle
    from groverattn.bloqs.search.grover import GroverSearch
    from groverattn.bloqs.search.phase_oracle import PhaseOracle
    from groverattn.crossover.crossover import CrossoverResult
    from groverattn.diagnosis.diagnosis import Diagnosis
    from groverattn.estimation.compare import Comparison
    from groverattn.estimation.estimate import Estimate
    from groverattn.frontier.frontier import Frontier
    from groverattn.show.result import Picture
    from groverattn.simulation.result import Simulation
    from groverattn.simulation.trials import RowSearch
    from groverattn.sweep.sweep import SweepResult
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
    23
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


@_public(RowRequest, without=CHOSEN_BY_A_FRONTIER)
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
    Q: ArrayLike | AttentionHead | IndexerHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
    *,
    n_workers: int = 1,
    on_row: Callable[[int, int], None] = lambda done, total: None,
) -> Simulation:
    """Search of the rows of a head, with what B gives beside exact attention.

    Args:
        Q: Queries, shape (n, d); or a head or indexer that was loaded. None: the head that `file` or sizes choose.
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

    request, head = in_memory(request, Q, K, V)
    return simulate(request, head=head, n_workers=n_workers, on_row=on_row)


@_public(VerificationRequest)
def verify(
    request: VerificationRequest,
    Q: ArrayLike | AttentionHead | IndexerHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
) -> Verification:
    """Check of an oracle: its circuit run gate by gate on every key, compared with arithmetic and with its counts.

    Args:
        Q: Queries, shape (n, d); or a head or indexer that was loaded. None: the head that `file` or sizes choose.
        K: Keys, shape (n, d).
        V: Values, shape (n, m).

    Raises:
        InputError: an unknown name, a row that is not searched, or more keys than can be run gate by gate.
    """
    from groverattn.verification.verification import verify

    request, head = in_memory(request, Q, K, V)
    return verify(request, head=head)


@_public(VerificationRequest)
def oracle(
    request: VerificationRequest,
    Q: ArrayLike | AttentionHead | IndexerHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
) -> PhaseOracle | BlockOracle:
    """Phase oracle of one row: a Qualtran bloq and a Cirq gate, |j> -> -|j> where the score reaches the threshold.

    Args:
        Q: Queries, shape (n, d); or a head or indexer that was loaded. None: the head that `file` or sizes choose.
        K: Keys, shape (n, d).
        V: Values, shape (n, m).

    Raises:
        InputError: an unknown name, a row that is not searched, or more keys than can be written out.

    >>> import groverattn
    >>> groverattn.oracle(n_keys=16, d_head=2).num_qubits()
    4
    """
    from groverattn.verification.verification import searched_row

    return searched_row(*in_memory(request, Q, K, V)).oracle()


@_public(VerificationRequest)
def search(
    request: VerificationRequest,
    Q: ArrayLike | AttentionHead | IndexerHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
    *,
    n_iterates: int | None = None,
) -> GroverSearch:
    """Grover search of one row: a Qualtran bloq and a Cirq gate that prepares the index and amplifies marked keys.

    Args:
        Q: Queries, shape (n, d); or a head or indexer that was loaded. None: the head that `file` or sizes choose.
        K: Keys, shape (n, d).
        V: Values, shape (n, m).
        n_iterates: Number of iterates; None: as many as find a marked key most probably.

    Raises:
        InputError: an unknown name, a row that is not searched, or more keys than can be written out.
    """
    from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
    from groverattn.reference.search.amplification import ideal_iterates
    from groverattn.verification.verification import searched_row

    row = searched_row(*in_memory(request, Q, K, V))
    if n_iterates is not None:
        check_between("n_iterates", n_iterates, 0, 1 << 60, "the iterates follow each other")
    best = int(ideal_iterates(row.n_keys, int(row.is_marked.sum())))
    return GroverSearch(GroverIterate(row.oracle()), best if n_iterates is None else n_iterates)


@_public(DiagnosisRequest)
def diagnose(
    request: DiagnosisRequest,
    Q: ArrayLike | AttentionHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
) -> Diagnosis:
    """Report on a head: whether it is (tau, k)-good, and what each tail of B costs on it.

    Args:
        Q: Queries, shape (n, d); or a head, as `load_head` returns it. None: the head that `file` names.
        K: Keys, shape (n, d).
        V: Values, shape (n, m).

    Raises:
        InputError: arrays that make no head, or n_marked out of range.
    """
    from groverattn.diagnosis.diagnosis import diagnose

    is_stored = Q is None and K is None and V is None
    head = request.head.read() if is_stored else head_of(cast(Any, Q), K, V)
    return diagnose(attrs.evolve(head, causal=head.causal or request.head.causal), request.n_marked)


@_public(SimulationRequest, without=("rows", "circuit_every", "search_law", "marked_limit"))
def find_keys(
    request: SimulationRequest,
    Q: ArrayLike | AttentionHead | IndexerHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
    *,
    row: int = -1,
) -> RowSearch:
    """Search of one row, trial by trial; `error_budget` is the probability that this row misses a key.

    Args:
        Q: Queries, shape (n, d); or a head or indexer that was loaded. None: the head that `file` or sizes choose.
        K: Keys, shape (n, d).
        V: Values, shape (n, m).
        row: Number of the row; negative from the end.

    Raises:
        InputError: arrays that make no head, an unknown name, a row that does not exist or is read whole.

    >>> import groverattn
    >>> groverattn.find_keys(n_keys=16, d_head=2, n_marked=2, engine="law", seed=1).checks > 2
    True
    """
    from groverattn.simulation.head import search_one_row

    request, head = in_memory(request, Q, K, V)
    return search_one_row(request, row, head=head)


def picture(shown: Any, *others: Any) -> Picture:
    """Figure of a result, of a Cirq circuit, of one level of a bloq's decomposition, or of B beside exact attention.

    Args:
        shown: A result that has a picture, a circuit, a bloq, or B as `Simulation.approximation` returns it.
        others: What is drawn beside a result, see `Drawn.picture`.

    Raises:
        InputError: something without a picture.
    """
    from groverattn.reference.attention.sparse_rank_one import SparseRankOne
    from groverattn.show.figures import circuit_svg
    from groverattn.show.result import Drawn, Picture

    if isinstance(shown, Drawn):
        return shown.picture(*others)
    if isinstance(shown, SparseRankOne):
        from groverattn.diagnosis.figure import attention_svg

        return Picture(attention_svg(shown))
    if hasattr(shown, "decompose_bloq") or hasattr(shown, "all_qubits"):
        return Picture(circuit_svg(shown))
    raise InputError(
        given=f"a {type(shown).__name__}",
        allowed="a result with a picture, a circuit, a bloq, or B",
        why="nothing else is drawn",
        do="draw it with Matplotlib from its to_frame()",
    )


def write_report(
    requests: RowRequest | list[RowRequest], output: str | Path, *, shared_reference: bool = False, force: bool = False
) -> tuple[Path, Path]:
    """Report of one or several models as two files, HTML and Markdown; return their paths.

    Args:
        requests: What is reported, a chapter for each.
        output: Name of the HTML file; the Markdown file has the same with .md.
        shared_reference: Whether words, machines and ledger are beside it, in reference.html, which is written once.
        force: Whether files of these names may be replaced.

    Raises:
        InputError: no `RowRequest`, a name that does not end in .html, files that exist, or a place without access.
    """
    from groverattn.report.write import report_files, write_report

    files = report_files(Path(output), force=force, shared_reference=shared_reference)
    write_report([requests] if isinstance(requests, RowRequest) else requests, files, shared_reference=shared_reference)
    return files.html, files.markdown


def run_sweep(study: str | Path, folder: str | Path, *, n_workers: int = 2, retry_failed: bool = False) -> SweepResult:
    """Study of many points from a TOML file: what is missing in the folder is computed, then its table is written.

    Args:
        study: The study file, see docs/sweep.md.
        folder: Where journal, table and manifest are; made if it does not exist.
        n_workers: Processes; 0: this one.
        retry_failed: Compute the points again whose row has an error.

    Raises:
        InputError: a study file or a folder that cannot be used.
    """
    from groverattn.sweep.executors import chosen_workers
    from groverattn.sweep.sweep import sweep

    return sweep(Path(study), Path(folder), lambda: chosen_workers(n_workers, None), retry_failed=retry_failed)
