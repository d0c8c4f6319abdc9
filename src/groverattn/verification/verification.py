"""Runs an oracle's circuit on every key and compares it with arithmetic and with the estimate."""

from __future__ import annotations

import time
from typing import Any

import attrs
import numpy as np

from groverattn.bloqs.lookup.data_access import key_lookup
from groverattn.bloqs.score.methods import score
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.errors import InputError, check_seed
from groverattn.problem.families import planted
from groverattn.problem.instance import Instance
from groverattn.problem.key_table import KeyTable
from groverattn.verification.limits import check_circuit
from groverattn.verification.oracle_check import OracleCheck, check_oracle

SCHEMA = "groverattn.verify/1"


@attrs.frozen
class Verification:
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


def verify_planted(
    *,
    n_keys: int,
    d_head: int,
    key_bits: int,
    query_bits: int,
    data_access: str,
    seed: int,
    score_method: str = "shared-sums",
) -> Verification:
    """Check the oracle of a random row in which about one key of 16 is marked, and a few of these were found before.

    Raises:
        InputError: a size out of range, or a key memory too large to run gate by gate.
    """
    started = time.perf_counter()
    check_circuit(n_keys, d_head, key_bits)
    row = planted(n_keys, d_head, max(1, n_keys // 16), key_bits, query_bits, seed)
    rng = np.random.default_rng([seed, 2])
    found = rng.choice(row.marked, row.marked.size // 4, replace=False)
    marked = row.scores() >= row.threshold
    marked[found] = False
    table = KeyTable.from_keys(row.keys, key_bits, found)
    oracle = PhaseOracle(key_lookup(data_access, table), score(score_method, row.query, row.threshold, key_bits))
    check = check_oracle(oracle, marked, rng)
    inputs = {
        "n_keys": n_keys,
        "d_head": d_head,
        "key_bits": key_bits,
        "query_bits": query_bits,
        "data_access": data_access,
        "score_method": score_method,
        "seed": seed,
        "marked": int(marked.sum()),
        "found_before": len(found),
    }
    return Verification(inputs, check, time.perf_counter() - started)


def verify_head_row(
    instance: Instance, row: int | None, *, data_access: str, seed: int, score_method: str = "shared-sums"
) -> Verification:
    """Check the oracle of one row of a head, the last by default, on all keys that the row sees.

    Raises:
        InputError: no such row, or one that is read whole because its threshold leaves nothing to search for.
    """
    started = time.perf_counter()
    check_seed(seed)
    check_circuit(instance.n_keys, instance.d_head, instance.keys.bits)
    row = int(instance.searchable_rows[-1]) if row is None else row
    if row not in instance.searchable_rows:
        raise InputError(
            given=f"row {row}",
            allowed=f"a row that is searched, such as {instance.searchable_rows[-1]}",
            why=f"the head has rows 0 to {instance.n_keys - 1}, and those with too few keys are read whole",
            do="choose another row",
        )
    n_visible = instance.visible_keys(row)
    table = KeyTable.from_keys(instance.keys.values[:n_visible], instance.keys.bits)
    row_score = score(score_method, instance.query(row), int(instance.thresholds[row]), instance.keys.bits)
    oracle = PhaseOracle(key_lookup(data_access, table), row_score)
    check = check_oracle(oracle, instance.marked(row), np.random.default_rng([seed, row]))
    inputs = {
        "head": instance.head.name,
        "row": row,
        "n_keys": n_visible,
        "d_head": instance.d_head,
        "key_bits": instance.keys.bits,
        "query_bits": instance.queries.bits,
        "data_access": data_access,
        "score_method": score_method,
        "seed": seed,
        "marked": int(instance.marked(row).sum()),
    }
    return Verification(inputs, check, time.perf_counter() - started)
