"""What is asked of a head and the circuits of its rows, and what a verification is asked for."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.score.methods import SCORES
from groverattn.errors import check_seed
from groverattn.inputs import between, checked, nested, option
from groverattn.problem.chosen_head import COUNT, HeadChoice, refuse_ignored
from groverattn.problem.shapes import N_KEYS_MAX, ReadFirst, checked_bits


@attrs.frozen(kw_only=True)
class HeadRequest:
    """Inputs of every request that runs circuits of a head: the head, its bits, the data access and a seed.

    `read` says which keys a row reads first: its circuits are then those of the other keys.

    Raises:
        InputError: an unknown name or a number out of range.
    """

    head: HeadChoice = nested(HeadChoice)
    key_bits: int = option(8, check=checked_bits, help="Bits per number of a key, 2 to 16.")
    query_bits: int = option(8, check=checked_bits, help="Bits per number of a query, 2 to 16.")
    weight_bits: int = option(8, check=checked_bits, help="Bits per weight of an index head, 2 to 16.")
    data_access: str = option(
        "qrom",
        check=checked(DATA_ACCESSES.check),
        help=f"How the circuit reaches the keys: {', '.join(DATA_ACCESSES.parts)}.",
    )
    keys_per_query: int = option(
        1,
        check=between(1, N_KEYS_MAX, "a call of the oracle tests this number of keys"),
        help="Keys that one oracle call tests, at most half of those in view.",
    )
    words_at_once: int = option(
        1,
        check=between(1, N_KEYS_MAX, "each takes its own workspace"),
        help="Data access one-hot: keys loaded and scored side by side.",
    )
    read: ReadFirst = nested(ReadFirst)
    seed: int = option(0, check=checked(check_seed), help="Seed of all draws, 0 or more.")

    @property
    def circuit(self) -> dict[str, Any]:
        """What makes the circuits of a row, as `SearchedRow` takes it."""
        names = ("data_access", "score_method", "keys_per_query", "words_at_once")
        return {name: getattr(self, name) for name in names if hasattr(self, name)}


@attrs.frozen(kw_only=True)
class VerificationRequest(HeadRequest):
    """What the check of an oracle's circuit is asked for: a row of a head or a random one, and the circuit.

    Without a head, sizes are those of a random row, by default 1,024 keys of 64 numbers, about one in 16 marked.

    Attributes:
        row: row of the head; None: the last one that is searched.
        n_marked: marked keys of each row of the head; None: 16.
        score_method: how the circuit adds up the score, a name in `SCORES`.

    Raises:
        InputError: an unknown name or a number out of range.
    """

    row: int | None = option(None, help="Row of the file's head; the last one by default.")
    n_marked: int | None = option(None, check=COUNT, help="Marked keys of that row; 16. With a file only.")
    score_method: str = option(
        "shared-sums", check=checked(SCORES.check), help=f"How the score is added up: {', '.join(SCORES.parts)}."
    )

    def check_used(self) -> None:
        """Raise InputError if something is given that only a head has, and there is no file."""
        if self.head.file is None:
            given = {"causal": self.head.causal, "row": self.row, "n_marked": self.n_marked}
            refuse_ignored(given, "with file only")
