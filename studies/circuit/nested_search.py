"""Two-stage search: amplify the keys that pass a cheap coarse filter, then the marked ones among them.

A coarse phase oracle on few bits per number marks m of n keys, the candidates. With recall 1 the k marked keys are
among them. A is: the uniform superposition U, then r coarse Grover iterates G. Amplitude amplification of A with the
exact oracle (Brassard, Hoyer, Mosca, Tapp, arXiv:quant-ph/0005055, Section 2) repeats A S_0 A^-1 S_exact. As A = G^r U
and U S_0 U^-1 is the diffusion D, this is G^r D G^-r S_exact: one exact iterate and 2r coarse ones. Derived, see test:

    A gives a marked key with probability a = sin^2((2r + 1) theta) k/m, theta = asin(sqrt(m/n));
    A and s repetitions give one with sin^2((2s + 1) asin(sqrt(a))), for (2s + 1) r coarse and s exact iterates.

With r = pi/(4 theta) and k << m << n the next key takes (pi/4) sqrt(n/k) ((pi/2) coarse + sqrt(m/n) exact), and
(pi/4) sqrt(n/k) exact in one stage: two stages win if coarse < (2/pi) (1 - sqrt(m/n)) exact. Fewer coarse iterates
waste less: with r << pi/(4 theta) it is (pi/4) sqrt(n/k) (2r coarse + exact)/(2r + 1). The best r is taken here.

Assumed: m and k are known in every round (the `ideal` law), found keys are live in neither table.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.bloqs.lookup.data_access import key_lookup
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.costs.counting import count
from groverattn.problem.families import gaussian_head
from groverattn.problem.fixed_point import quantise
from groverattn.problem.heads import AttentionHead, bundled_head
from groverattn.problem.key_table import KeyTable
from groverattn.problem.shapes import Shape, one_query, representative_threshold
from groverattn.reference.search.amplification import rotation_angle, success_probability
from studies.sheet import Sheet

EXACT_BITS, COARSE_BITS = 8, (1, 2, 3, 4)  # bits of keys; queries have EXACT_BITS in both oracles
TARGETS = ((1 << 17, 512), (1 << 20, 2048))  # (n, k) of the presets llama3.1-8b and 1m-context-synthetic, d = 128
RULES, _D_HEAD = ("proof", "measured", "none"), 128
_COVERED = (1.0, 0.875, 0.75, 0.625, 0.5)  # our choice: of the largest magnitude; what lies beyond is clipped


@attrs.frozen(eq=False)
class Sketch:
    """Keys in few bits: number i of key j is about (codes[j, i] + 1/2) step + centre[i], in units of the exact keys.

    Attributes:
        codes: int64 of shape (n, d), two's complement of `bits` bits: what the coarse key table holds.
        step: width of a code, the same for all numbers.
        centre: int64 of shape (d,), the middle of each number's range; it only shifts the coarse threshold.
        worst_l2: largest ||error||_2 of a key.
        worst_entry: largest |error| of a number.
    """

    codes: NDArray[np.int64]
    step: float
    centre: NDArray[np.int64]
    worst_l2: float
    worst_entry: float

    @classmethod
    def of(cls, keys: NDArray[np.int64], bits: int) -> Sketch:
        """Sketch integer keys of shape (n, d), once for all queries, with the range that has the least `worst_l2`.

        >>> Sketch.of(np.array([[7, -7], [3, 1], [-8, 0]]), bits=2).codes.tolist()
        [[1, -1], [1, 1], [-2, 0]]
        """
        half, centre = 1 << (bits - 1), (keys.max(axis=0) + keys.min(axis=0)) // 2
        centred, sketches = keys - centre, []
        for covered in _COVERED:
            step = covered * max(int(np.abs(centred).max()), 1) / half
            codes = np.clip(np.floor(centred / step), -half, half - 1).astype(np.int64)
            error = centred - (codes + 0.5) * step
            sketches.append(cls(codes, step, centre, float(np.linalg.norm(error, axis=1).max()), np.abs(error).max()))
        return min(sketches, key=lambda sketch: sketch.worst_l2)

    def threshold(self, query: NDArray[np.int64], least: float) -> int:
        """Return the integer t with <query, codes_j> >= t iff the score's estimate is at least `least` - 1e-9 step."""
        return math.ceil((least - self.centre @ query) / self.step - query.sum() / 2 - 1e-9)

    def proved_margin(self, query: NDArray[np.int64]) -> float:
        """Return a number that no error of an estimate exceeds: min(||q||_2 max ||e_j||_2, ||q||_1 max |e_ji|).

        Proof: the error is <q, e_j>; Cauchy-Schwarz and Hoelder. So every key that reaches a threshold has an
        estimate of at least the threshold minus this margin.
        """
        return min(float(np.linalg.norm(query)) * self.worst_l2, float(np.abs(query).sum()) * self.worst_entry)


@attrs.frozen(eq=False)
class SearchRows:
    """Query rows that share their keys, all in integers of EXACT_BITS bits.

    Attributes:
        name: where they are from.
        keys: int64 of shape (n, d).
        queries: int64 of shape (rows, d), none of them zero.
        n_marked: k; a row's threshold is its k-th largest score.
        marked: which keys reach it, bool of shape (rows, n).
        thresholds: int64 of shape (rows,).
    """

    name: str
    keys: NDArray[np.int64]
    queries: NDArray[np.int64]
    n_marked: int
    marked: NDArray[np.bool_]
    thresholds: NDArray[np.int64]

    @classmethod
    def of(cls, head: AttentionHead, n_marked: int, n_rows: int | None = None) -> SearchRows:
        """Take the first `n_rows` rows of a bidirectional head, all by default."""
        keys, queries = (quantise(array, EXACT_BITS).values for array in (head.keys, head.queries[:n_rows]))
        queries = queries[queries.any(axis=1)]
        scores = (queries.astype(np.float64) @ keys.T).astype(np.int64)  # exact: far below 2^53
        thresholds = np.partition(scores, -n_marked, axis=1)[:, -n_marked]
        return cls(head.name, keys, queries, n_marked, scores >= thresholds[:, None], thresholds)


@attrs.frozen
class CoarseFilter:
    """What a sketch lets through.

    Attributes:
        rule: what the coarse threshold is below the exact one by: `proof` (Sketch.proved_margin, recall 1 for every
            query), `measured` (the least multiple of ||q||_2 with recall 1 on these very rows) or `none` (0).
        margin: this over ||q||_2, largest of the rows.
        recall: marked keys that pass, share of all rows' marked keys.
        candidates: m/n, keys that pass over all keys, mean over rows.
    """

    rule: str
    margin: float
    recall: float
    candidates: float


def coarse_filter(rows: SearchRows, sketch: Sketch, rule: str) -> CoarseFilter:
    """Run the coarse predicate on every key of every row, by arithmetic.

    >>> rows = SearchRows.of(bundled_head(), n_marked=1)
    >>> filtered = coarse_filter(rows, Sketch.of(rows.keys, bits=4), "proof")
    >>> filtered.recall, round(filtered.candidates, 3)
    (1.0, 0.028)
    """
    norms = np.linalg.norm(rows.queries, axis=1)
    coarse = rows.queries.astype(np.float64) @ sketch.codes.T  # exact: far below 2^53
    if rule == "proof":
        margins = np.array([sketch.proved_margin(query) for query in rows.queries])
    else:
        shift = rows.queries.sum(axis=1) / 2 * sketch.step + rows.queries @ sketch.centre
        short = (rows.thresholds - shift)[:, None] - sketch.step * coarse
        margins = norms * (np.where(rows.marked, short / norms[:, None], 0.0).max() if rule == "measured" else 0.0)
    reached = zip(rows.queries, rows.thresholds - margins, strict=True)
    passed = coarse >= np.array([[sketch.threshold(query, least)] for query, least in reached])
    recall = float((passed & rows.marked).sum() / rows.marked.sum())
    return CoarseFilter(rule, float((margins / norms).max()), recall, float(passed.mean()))


@cache
def iterate_toffoli(n_keys: int, n_marked: int, key_bits: int) -> int:
    """Count the Toffolis of one iterate through `qroam`, d = 128, with the 8-bit representative query.

    >>> iterate_toffoli(1 << 17, 512, 8), iterate_toffoli(1 << 17, 512, 2)
    (25815, 13383)
    """
    shape = Shape(n_keys, _D_HEAD, n_marked, EXACT_BITS, EXACT_BITS)
    query = one_query(shape)
    threshold = representative_threshold(shape, query) >> (EXACT_BITS - key_bits)  # in steps of the coarse keys
    lookup = key_lookup("qroam", KeyTable(n_keys, _D_HEAD, key_bits))
    return count(GroverIterate(PhaseOracle(lookup, Score(query, threshold, key_bits)))).toffoli


def toffoli_per_key(n: int, m: int, k: int, coarse: int, exact: int, r: int) -> float:
    """Return the expected Toffolis per found key, mean over the rounds with k, ..., 1 marked keys left, for one r.

    Each round takes the best s, from the start again after a failure. What is minimised charges a measurement and its
    check as one exact iterate, as `known_number_search.best_known_number_iterates` does. With r = 0 there is one stage.

    >>> round(toffoli_per_key(n=1 << 17, m=1 << 17, k=512, coarse=0, exact=1, r=0), 1)
    20.8
    """
    left = np.arange(1, k + 1)
    candidates = m - k + left
    angle = np.arcsin(np.sqrt(success_probability(n, candidates, r) * left / candidates))
    # For small angles the best s has tan(u) = 2u, u = (2s + 1) angle = 1.1656; its neighbours are tried.
    s = np.maximum(np.floor((1.1656 / angle - 1) / 2) + np.arange(-2, 4)[:, None], 0)
    toffoli, p_success = s * (exact + 2 * r * coarse) + r * coarse, np.sin((2 * s + 1) * angle) ** 2
    best = np.argmin((toffoli + exact) / p_success, axis=0)[None]
    return float(np.take_along_axis(toffoli / p_success, best, axis=0).mean())


def best_nested(n: int, m: int, k: int, coarse: int, exact: int) -> tuple[int, float]:
    """Return the number r of coarse iterates with the least cost, and the Toffolis per found key.

    r >= 1, also where one stage is cheaper; 0 only if more than half of the keys pass: as 3 theta > pi - theta, a
    coarse iterate then turns away from them.

    >>> best_nested(1 << 17, 1 << 12, 512, coarse=1, exact=10)[0]
    3
    """
    most = math.ceil(math.pi / (4 * float(rotation_angle(n, m))))
    costs = {r: toffoli_per_key(n, m, k, coarse, exact, r) for r in (range(1, most + 1) if 2 * m <= n else [0])}
    return min(costs.items(), key=lambda item: item[1])


@attrs.frozen
class NestedRecord:
    """Two stages against one at a target size, with the share of candidates measured on a source assumed to hold there.

    Attributes:
        source, source_n, source_d, source_k: where the keys are from, and its sizes.
        coarse_bits: bits per number of the coarse keys.
        rule, margin, recall, candidates: see CoarseFilter.
        n_keys, n_marked: the target.
        coarse_toffoli, exact_toffoli: Toffolis of an iterate of either oracle.
        coarse_iterates: coarse iterates of a repetition, r.
        toffoli_per_key: Toffolis per found key in two stages. Where a rule misses keys, only those it finds count.
        one_stage_toffoli_per_key: the same in one stage.
        ratio: two stages over one; below 1 they win.
        coarse_only_ratio: one stage with the coarse oracle, all m candidates checked classically, over one stage with
            the exact one.
    """

    source: str
    source_n: int
    source_d: int
    source_k: int
    coarse_bits: int
    rule: str
    margin: float
    recall: float
    candidates: float
    n_keys: int
    n_marked: int
    coarse_toffoli: int
    exact_toffoli: int
    coarse_iterates: int
    toffoli_per_key: float
    one_stage_toffoli_per_key: float
    ratio: float
    coarse_only_ratio: float


def nested_records(sources: Iterable[SearchRows], coarse_bits: Iterable[int] = COARSE_BITS) -> Iterator[NestedRecord]:
    """Yield one record for each source, number of coarse bits, rule and target size; one key at least is found."""
    for rows, bits in ((rows, bits) for rows in sources for bits in coarse_bits):
        (source_n, source_d), sketch = rows.keys.shape, Sketch.of(rows.keys, bits)
        for filtered, (n, k) in product((coarse_filter(rows, sketch, rule) for rule in RULES), TARGETS):
            coarse, exact = iterate_toffoli(n, k, bits), iterate_toffoli(n, k, EXACT_BITS)
            found, m = max(round(filtered.recall * k), 1), min(max(round(filtered.candidates * n), k), n)
            one_stage, (r, nested) = toffoli_per_key(n, n, k, 0, exact, 0), best_nested(n, m, found, coarse, exact)
            yield NestedRecord(
                source=rows.name,
                source_n=source_n,
                source_d=source_d,
                source_k=rows.n_marked,
                coarse_bits=bits,
                **attrs.asdict(filtered),
                n_keys=n,
                n_marked=k,
                coarse_toffoli=coarse,
                exact_toffoli=exact,
                coarse_iterates=r,
                toffoli_per_key=nested,
                one_stage_toffoli_per_key=one_stage,
                ratio=nested / one_stage,
                coarse_only_ratio=toffoli_per_key(n, n, m, 0, coarse, 0) * m / found / one_stage,
            )


def committed_sources() -> Iterator[SearchRows]:
    """Yield the packaged head (k/n = 1/128) and a Gaussian one (k/n = 1/256, as at the smaller target)."""
    yield SearchRows.of(bundled_head(), n_marked=1)
    yield SearchRows.of(gaussian_head(1 << 14, _D_HEAD, seed=0), n_marked=64, n_rows=16)


def records() -> Iterator[NestedRecord]:
    """Compute the records of the committed sources."""
    return nested_records(committed_sources())


SHEET = Sheet("nested_search.csv", NestedRecord, records)
