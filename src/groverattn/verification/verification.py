"""Verification of an oracle: its circuit run on every key, compared with arithmetic and with the estimate."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from groverattn.problem.chosen_head import head_instance, refuse_two_heads
from groverattn.problem.heads import AttentionHead
from groverattn.problem.indexer_heads import IndexerHead
from groverattn.problem.instance import Instance
from groverattn.reference.blocks.dealing import arrange, odd_blocks
from groverattn.show.result import Shown
from groverattn.verification.request import VerificationRequest
from groverattn.verification.row import SearchedRow

if TYPE_CHECKING:
    from groverattn.verification.oracle_check import OracleCheck

SCHEMA = "groverattn.verify/1"


@attrs.frozen
class Verification(Shown):
    """A checked oracle.

    Attributes:
        inputs: what was checked, as it is printed.
        check: the outcome.
        seconds: time of building, running and counting.
    """

    inputs: dict[str, Any]
    check: OracleCheck
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return the object that `verify --format json` prints."""
        check = self.check
        return {
            "schema": SCHEMA,
            "inputs": self.inputs,
            "inputs_checked": check.inputs_checked,
            "mismatches": check.mismatches,
            "first_mismatch": check.first_mismatch,
            "dirty_ancillas": check.dirty_ancillas,
            "toffoli_run": check.run.toffoli,
            "toffoli_counted": check.counted.toffoli,
            "run": attrs.asdict(check.run),
            "counted": attrs.asdict(check.counted),
            "passed": check.passed,
            "seconds": round(self.seconds, 3),
        }


def verify(request: VerificationRequest, *, head: AttentionHead | IndexerHead | None = None) -> Verification:
    """Check the oracle of one row of a head on all keys that the row sees, or that of a random row.

    In a random row about one key of 16 is marked, and a quarter of these are excluded as if found before.

    Args:
        request: which row, and which circuit.
        head: the head, if it is in memory; by default the one that the request names.

    Raises:
        InputError: inputs that do not go together, no such row, one that is read whole, or a key memory too large to
            run gate by gate.

    >>> from groverattn.problem.chosen_head import HeadChoice
    >>> verify(VerificationRequest(head=HeadChoice(n_keys=16, d_head=2), data_access="qroam")).check.passed
    True
    """
    started = time.perf_counter()
    return _verification(request, searched_row(request, head), started)


def verify_instance(request: VerificationRequest, instance: Instance) -> Verification:
    """Check the oracle of one row of a head that has its thresholds.

    Raises:
        InputError: as `verify`.
    """
    started = time.perf_counter()
    return _verification(request, _row_of(request, instance), started)


def searched_row(request: VerificationRequest, head: AttentionHead | IndexerHead | None = None) -> SearchedRow:
    """Return the row whose oracle a request is about: of a head, or random.

    Raises:
        InputError: inputs that do not go together, no such row, one that is read whole, or a key memory too large to
            run gate by gate.

    >>> searched_row(VerificationRequest()).n_keys
    1024
    """
    if head is None:
        request.check_used()
        if request.head.file is None:
            row = SearchedRow.random(
                n_keys=1024 if request.head.n_keys is None else request.head.n_keys,
                d_head=64 if request.head.d_head is None else request.head.d_head,
                key_bits=request.key_bits,
                query_bits=request.query_bits,
                index_heads=request.head.index_heads,
                weight_bits=request.weight_bits,
                seed=request.seed,
                **request.circuit,
            )
            return _left_of(row, request)
        head = request.head.load(request.seed)
    else:
        refuse_two_heads(request.head)
    n_marked = 16 if request.n_marked is None else request.n_marked
    return _row_of(request, head_instance(head, n_marked, request.query_bits, request.key_bits, request.weight_bits))


def _row_of(request: VerificationRequest, instance: Instance) -> SearchedRow:
    return _left_of(SearchedRow.checked(instance, request.row, **request.circuit), request)


def _left_of(row: SearchedRow, request: VerificationRequest) -> SearchedRow:
    """The keys that the row searches, once it has read those that the request says."""
    request.read.check(row.n_keys)
    return row.without(request.read.mask(row.n_keys))


def _verification(request: VerificationRequest, row: SearchedRow, started: float) -> Verification:
    from groverattn.verification.oracle_check import check_oracle  # imports Qualtran

    found: tuple[int, ...] = ()
    if row.origin:
        rng = np.random.default_rng([request.seed, row.origin["row"]])
    else:
        rng = np.random.default_rng([request.seed, 2])
        marked = np.flatnonzero(row.is_marked)
        found = tuple(rng.choice(marked, marked.size // 4, replace=False).tolist())
    marked, places = row.marked(row.threshold, found), None
    expected = marked
    if row.keys_per_query > 1:
        places = arrange(np.arange(row.n_keys), row.n_blocks, row.keys_per_query, rng)
        expected = odd_blocks(marked, places)
    check = check_oracle(row.oracle(excluded=found, places=places), expected, rng)
    inputs = row.inputs() | {"seed": request.seed, "marked": int(marked.sum())}
    if row.keys_per_query > 1:
        inputs |= {"n_blocks": row.n_blocks, "odd_blocks": int(expected.sum())}
    if not row.origin:
        inputs["found_before"] = len(found)
    return Verification(inputs, check, time.perf_counter() - started)
