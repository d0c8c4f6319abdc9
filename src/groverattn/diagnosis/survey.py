"""Survey of the heads in a file: how much softmax weight the k largest scores of a row hold, head by head."""

from __future__ import annotations

import os
from typing import Any

import attrs
import numpy as np

from groverattn.diagnosis.diagnosis import Summary
from groverattn.files.arrays import count_layer_arrays, stored_heads
from groverattn.files.head_file import open_arrays
from groverattn.problem.heads import AttentionHead, load_head, places_of_heads
from groverattn.problem.limits import check_diagnosis
from groverattn.reference.attention.goodness import largest_keys
from groverattn.reference.attention.mass_profile import keys_for_mass
from groverattn.show.result import Drawn

WEIGHT = 0.9
"""Share of a row's softmax weight for which keys are counted."""

NARROW_NATS = 1.0
"""Largest range of a tail for which one constant is a fair approximation; our choice."""

N_HEADS = 96
_ENTRIES_MAX = 1 << 28  # of all heads together; measured: about half a microsecond each


@attrs.frozen
class HeadSummary:
    """Summary of one head over its rows.

    Attributes:
        name: file, layer and head.
        layer: as `load_head` takes it; None where the file has no layers.
        head: query head.
        n_keys, d_head: its sizes.
        causal: whether row i sees keys 0 to i only.
        n_marked: keys k.
        held: softmax weight of the k largest scores.
        needed: keys that hold 90 % of the weight.
        tail_range: largest minus smallest score of the others, nats.
        rows_narrow: rows whose range is at most 1 nat, of those that have a tail.
        rows_with_a_tail: rows that see more keys than k.
    """

    name: str
    layer: int | None
    head: int
    n_keys: int
    d_head: int
    causal: bool
    n_marked: int
    held: Summary
    needed: Summary
    tail_range: Summary
    rows_narrow: int
    rows_with_a_tail: int


def summarise(head: AttentionHead, n_marked: int, layer: int | None = None, number: int = 0) -> HeadSummary:
    """Summarise one head, from all its scores: O(n^2 d).

    Args:
        head: the head.
        n_marked: keys k.
        layer, number: where it is in its file.

    Raises:
        InputError: k is not in 1 to n - 1, or a head that would take hours.

    >>> from groverattn.problem.heads import bundled_head
    >>> summary = summarise(bundled_head(), 16)
    >>> round(summary.held.median, 2), summary.needed.median
    (0.72, 41.5)
    """
    check_diagnosis(head)
    largest = largest_keys(head, n_marked)
    at = largest.has_tail
    ranges = largest.tail_range[at] if at.any() else np.zeros(1)
    return HeadSummary(
        name=head.name,
        layer=layer,
        head=number,
        n_keys=head.n_keys,
        d_head=head.d_head,
        causal=head.causal,
        n_marked=n_marked,
        held=Summary.of(1 - largest.tail_mass),
        needed=Summary.of(keys_for_mass(head, [WEIGHT])[:, 0]),
        tail_range=Summary.of(ranges),
        rows_narrow=int((largest.tail_range[at] <= NARROW_NATS).sum()),
        rows_with_a_tail=int(at.sum()),
    )


@attrs.frozen
class HeadSurvey(Drawn):
    """The heads of a file, or an evenly spaced selection of many.

    Attributes:
        path: the file.
        heads: a summary of each, layer by layer.
    """

    path: str
    heads: tuple[HeadSummary, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the summaries as one object."""
        return {"heads": [attrs.asdict(head) for head in self.heads]}

    @property
    def middle(self) -> HeadSummary:
        """Median head, by the weight that k keys hold in the median row."""
        return sorted(self.heads, key=lambda head: -head.held.median)[len(self.heads) // 2]

    def at(self, layer: int | None, head: int) -> HeadSummary:
        """Summary of one head of the file, whether it was among those surveyed or not.

        Raises:
            InputError: as `load_head` and `summarise`.
        """
        return summarise(load_head(self.path, layer=layer, head=head), self.heads[0].n_marked, layer, head)


def survey_heads(file: str | os.PathLike[str], n_marked: int = 16) -> HeadSurvey:
    """Summarise the heads of a file that `load_head` reads, layer by layer: some minutes at most.

    Of more than 96 heads, or of fewer if they are long, an evenly spaced selection. Layers with a window are left out.

    Args:
        file: path of the file.
        n_marked: keys k of a row.

    Raises:
        InputError: as `load_head` and `summarise`.
    """
    places = places_of_heads(file)
    (layer, head), *_ = places
    n_keys = load_head(file, layer=layer, head=head).n_keys
    n_heads = max(1, min(N_HEADS, _ENTRIES_MAX // n_keys**2))
    chosen = places[:: -(-len(places) // n_heads)]
    summaries = (summarise(load_head(file, layer=layer, head=head), n_marked, layer, head) for layer, head in chosen)
    return HeadSurvey(os.fspath(file), tuple(summaries))


def model_sizes(path: str | os.PathLike[str]) -> dict[str, int]:
    """Layers, query heads per layer and query heads per key head, as `RowRequest` takes them.

    A file with some of the heads only gives the sizes of what it holds. Layers with a window are not counted.

    Raises:
        InputError: as `load_head`.
    """
    with open_arrays(path) as arrays:
        places = stored_heads(arrays)
        layers = len({layer for layer, _ in places})
        suffix = "_0" if count_layer_arrays(arrays) else ""
        q_heads, k_heads = ((1, *arrays.shape(name + suffix)[:-2])[-1] for name in "QK")
    return {"layers": layers, "query_heads": q_heads, "gqa_group": q_heads // k_heads}
