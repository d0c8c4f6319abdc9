"""What a verification is asked for, by the command line or the Python API."""

from __future__ import annotations

import attrs

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.score.methods import SCORES
from groverattn.errors import check_seed
from groverattn.inputs import checked, nested, option
from groverattn.problem.chosen_head import COUNT, HeadChoice, refuse_ignored
from groverattn.problem.shapes import checked_bits


@attrs.frozen(kw_only=True)
class VerificationRequest:
    """What the check of an oracle's circuit is asked for: a row of a head or a random one, and the circuit.

    Attributes:
        head: the head; without file only the sizes of a random row, by default 1,024 keys of 64 numbers.
        row: row of the head; None: the last one that is searched.
        n_marked: marked keys of each row of the head; None: 16. Of a random row about one key of 16 is marked.
        key_bits, query_bits: bits per number, 2 to 16.
        data_access: how the circuit reaches the keys, a name in `DATA_ACCESSES`.
        score_method: how it adds up the score, a name in `SCORES`.
        seed: seed of all draws.

    Raises:
        InputError: an unknown name or a number out of range.
    """

    head: HeadChoice = nested(HeadChoice)
    row: int | None = option(None, help="Row of the file's head; the last one by default.")
    n_marked: int | None = option(None, check=COUNT, help="Marked keys of that row; 16. With a file only.")
    key_bits: int = option(8, check=checked_bits, help="Bits per number of a key, 2 to 16.")
    query_bits: int = option(8, check=checked_bits, help="Bits per number of a query, 2 to 16.")
    data_access: str = option(
        "qrom",
        check=checked(DATA_ACCESSES.check),
        help=f"How the circuit reaches the keys: {', '.join(DATA_ACCESSES.parts)}.",
    )
    score_method: str = option(
        "shared-sums", check=checked(SCORES.check), help=f"How the score is added up: {', '.join(SCORES.parts)}."
    )
    seed: int = option(0, check=checked(check_seed), help="Seed of all draws, 0 or more.")

    def check_used(self) -> None:
        """Raise InputError if something is given that only a head has, and there is no file."""
        if self.head.file is None:
            given = {"causal": self.head.causal, "row": self.row, "n_marked": self.n_marked}
            refuse_ignored(given, "with file only")
