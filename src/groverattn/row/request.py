"""The request of one row: what is searched, how, on which machine, within which error budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import attrs

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, UNLOADS, check_unload
from groverattn.bloqs.lookup.qram_price import QRAMPrice
from groverattn.bloqs.score.methods import SCORES
from groverattn.classical.lines import ClassicalLine, classical_lines
from groverattn.errors import InputError, check_error_budget
from groverattn.inputs import Check, between, changed, checked, inputs_of, make, nested, option
from groverattn.models.k_choice import KLawChoice
from groverattn.physical.estimate import OBJECTIVES, check_objective
from groverattn.physical.machines.hardware import HARDWARE, PRICED_BY_QDK, check_hardware
from groverattn.problem.shapes import N_KEYS_MAX, Shape
from groverattn.reference.search.laws import LAWS, RUNS, check_law, check_runs
from groverattn.row.design_choices import (
    AUTO,
    check_first_score,
    check_keys_per_query_text,
    name_in,
    text_of_count,
)
from groverattn.row.model_sizes import check_heads, check_windows, completed_sizes, sources
from groverattn.row.read_first import RowReads

READS_LIMIT_MAX = 1e6
"""Largest limit of the keys that are read, over the keys: as good as none."""

# our assumption: products of such numbers stay exact
_COUNT_MAX = 1 << 40
_count = between(1, _COUNT_MAX, "every model has at least one, and none has more")


def _count_of(why: str) -> Check:
    return between(1, N_KEYS_MAX, why)


ONE_KEY: dict[str, Any] = {
    "data_access": "qrom",
    "score_method": "shared-sums",
    "keys_per_query": "1",
    "words_at_once": 1,
    "unload": "measured",
    "n_parts": 1,
    "n_machines": 1,
}
"""Inputs of the simplest circuit: one key in a call, one machine, one part."""


@attrs.frozen(kw_only=True)
class Design:
    """How a row is searched: what is not fixed is chosen for the least of the request's objective (`row.best`).

    Attributes:
        data_access: how the circuit reaches the keys, a name in `DATA_ACCESSES`; AUTO: any that is a circuit.
        block: keys of a row that a `qroam` loads at once; None: any power of two.
        score_method: how the score is added up, a name in `SCORES`; AUTO: shared-sums or in-place.
        keys_per_query: keys that one oracle call tests, u, as text; AUTO: any.
        words_at_once: with a kept one-hot address, key words that are loaded and scored side by side; None: any.
        unload: how a word is unloaded, a name in `UNLOADS`; AUTO: any.
        control_copies: qubits that hold a control which gates of a layer share and take turns on; None: any.
        n_parts: equal parts of the keys that each machine searches one after the other; None: any.
        n_machines: machines that share the keys; None: any.
        n_searched: keys with dead ones that fill them up; None: any.
        store: CCZ states in store; None: any.
        n_factories: copies of the factory; None: any.
        method: rule of the runs, a name in `RUNS`.
        first_score: whether an approximate score finds first, a name in `FIRST_SCORES`.
        significant_bits: bits of each number of the query that the approximate score keeps.
        lowest_column: first column of its sum that it keeps; None: by the spread of the scores.
        score_margin: standard deviations of its error by which its threshold is lowered. Our choice, as the defaults of
            the other two, from sampled costs at n = 2^17.
        reads_limit: largest share of the keys that may be read after measurements.

    Raises:
        InputError: an unknown name, a number out of range, or choices that do not go together.
    """

    data_access: str = option(
        AUTO,
        help=f"How the circuit reaches the keys: {', '.join(DATA_ACCESSES.parts)}; by default the best.",
        check=name_in(DATA_ACCESSES.check),
    )
    block: int | None = option(
        None, help="Keys of a row that a qroam loads at once; by default the best.", check=_count_of("keys are loaded")
    )
    score_method: str = option(
        AUTO,
        help=f"How the score is added up: {', '.join(SCORES.parts)}; by default the best.",
        check=name_in(SCORES.check),
    )
    keys_per_query: str = option(
        AUTO,
        help="Keys that one oracle call tests; by default the best.",
        check=checked(check_keys_per_query_text),
        parse=text_of_count,
    )
    words_at_once: int | None = option(
        None,
        help="Data access one-hot: keys loaded and scored side by side; by default the best.",
        check=_count_of("words are loaded"),
    )
    unload: str = option(
        AUTO,
        help=f"How a key is unloaded again: {', '.join(UNLOADS)}; by default the best.",
        check=name_in(check_unload),
    )
    control_copies: int | None = option(
        None,
        help="Copies of a control that gates of a layer share; by default the best.",
        check=_count_of("gates take turns on them"),
    )
    n_parts: int | None = option(
        None,
        help="Equal parts of the keys that each machine searches one after the other; by default the best.",
        check=_count_of("parts"),
    )
    n_machines: int | None = option(
        None, help="Machines that share the keys; by default the best.", check=_count_of("machines are counted")
    )
    n_searched: int | None = option(
        None,
        help="Keys that are searched, with dead ones that fill them up to this number; by default the best.",
        check=between(1, N_KEYS_MAX, "keys are searched"),
    )
    store: int | None = option(
        None,
        help="Magic states, one for a Toffoli gate, that the machine can store; by default the best.",
        check=between(0, 1 << 24, "it is 16 times the largest store that is tried by itself: our choice"),
    )
    n_factories: int | None = option(
        None,
        help="Copies of the factory that makes magic states; by default the best.",
        check=_count_of("copies are built"),
    )
    method: str = option(
        "unknown", help=f"How the length of each trial is chosen: {', '.join(RUNS)}.", check=checked(check_runs)
    )
    first_score: str = option(
        "exact",
        help="Whether an approximate score finds first: exact (no), approximate, auto.",
        check=checked(check_first_score),
    )
    significant_bits: int = option(
        3, help="Bits of a query number that the approximate score keeps.", check=between(1, 16, "a number has bits")
    )
    lowest_column: int | None = option(
        None,
        help="First column that the approximate score adds up; by default, by the spread of the scores.",
        check=between(0, 64, "columns are counted from the least significant bit"),
    )
    score_margin: float = option(
        1.0,
        help="Deviations of the approximate score's error by which its threshold is lowered.",
        check=between(-10, 10, "beyond it nothing passes, or everything"),
    )
    reads_limit: float = option(
        0.5,
        help="Share of the keys that may be read after measurements.",
        check=between(0, READS_LIMIT_MAX, "a search that reads the keys is a scan"),
    )

    def __attrs_post_init__(self) -> None:
        if self.first_score != "exact" and self.method != "posterior":
            raise InputError(
                given=f"first_score = {self.first_score} with the method {self.method}",
                allowed="with the method posterior",
                why="when the exact score takes over is decided by the posterior of the number left",
                do="add --method posterior",
            )

    @classmethod
    def one_key(cls, **fixed: Any) -> Design:
        """Return a circuit that tests one key in a call, on one machine that searches all keys; nothing is open.

        >>> Design.one_key(data_access="qroam").is_open
        False
        """
        return cls(**ONE_KEY | fixed)

    @property
    def is_open(self) -> bool:
        """Whether the circuit, or on how many machines it runs, is to be chosen."""
        names = (self.data_access, self.score_method, self.keys_per_query, self.unload)
        return AUTO in names or None in (self.words_at_once, self.n_parts, self.n_machines)

    def as_json(self) -> dict[str, Any]:
        """Return the choices as results print them."""
        return attrs.asdict(self) | ({} if self.u is None else {"keys_per_query": self.u})

    @property
    def u(self) -> int | None:
        """Keys per query; None: to be chosen."""
        return None if self.keys_per_query == AUTO else int(self.keys_per_query)


CHOSEN_BY_A_FRONTIER = tuple(inputs_of(Design))
"""Inputs for which a search over designs has no use: it tries them."""


@attrs.frozen(kw_only=True)
class RowRequest:
    """What one row of one head is asked for; every verb that prices something takes one.

    Attributes:
        shape: sizes of the search.
        k_from: the measured law that k of the shape is from, if it is from one.
        name: preset name, or what to call the sizes.
        source, note: where they are from, and what is to be said of them.
        layers, query_heads, gqa_group: layers that search, rows in each (one of an indexer), and rows that share keys.
        key_numbers: numbers that a GPU reads per key of that memory; None: d_head (see `classical.lines.KeyMemory`).
        pool: tokens whose keys are pooled into one key of the n; a head has n * pool rows.
        context: tokens of the context, rows of a head, where every row sees the nearest n keys only.
        window, window_layers: keys that a row sees in further layers, and the number of these layers.
        read: keys that are read before the others are searched, and the marked ones among them.
        design: how the row is searched.
        optimise: what the best design has least of, a name in `OBJECTIVES`.
        qram: what a call of the memory is assumed to cost, for the data access `qram`.
        search_law: how iterates are counted, a name in `LAWS`.
        hardware: the machine, a name in `HARDWARE` or the path of a TOML file.
        error_budget: probability allowed that the answer of one row is wrong, for any reason: a key that the search
            misses, storage, magic states, synthesis, or the memory.

    Raises:
        InputError: an unknown name, a number out of range, or inputs that do not go together.
    """

    shape: Shape = nested(Shape)
    k_from: KLawChoice = nested(KLawChoice)
    name: str = option("custom", help="What to call the sizes; a preset has its own name.")
    source: str = option("", help="Where the sizes are from; the report prints it.")
    note: str = option("", help="What results say of the sizes beside the numbers; a configuration has its own.")
    layers: int = option(1, help="Layers that search all keys.", check=_count)
    query_heads: int = option(1, help="Query heads per layer; 1 for an indexer.", check=_count)
    gqa_group: int = option(1, help="Query heads that share one memory of keys.", check=_count)
    key_numbers: int | None = option(None, help="Numbers that a GPU reads per key; by default --d-head.", check=_count)
    pool: int = option(1, help="Tokens whose keys are pooled into one key.", check=_count)
    context: int | None = option(None, help="Tokens of the context, where no row sees all of them.", check=_count)
    window: int | None = option(None, help="Keys that a row sees in further layers, with a window.", check=_count)
    window_layers: int = option(
        0, help="Layers with a window.", check=between(0, _COUNT_MAX, "they come on top of those that search all keys")
    )
    read: RowReads = nested(RowReads)
    design: Design = nested(Design)
    qram: QRAMPrice = nested(QRAMPrice, prefix="qram_")
    optimise: str = option(
        "volume", help=f"What a design has least of: {', '.join(OBJECTIVES)}.", check=checked(check_objective)
    )
    search_law: str = option("expected", help=f"How iterates are counted: {', '.join(LAWS)}.", check=checked(check_law))
    hardware: str = option(
        "gidney-fowler-2018",
        help=f"Machine: {', '.join((*HARDWARE, *PRICED_BY_QDK))}; or a TOML file.",
        check=checked(check_hardware),
    )
    error_budget: float = option(
        0.01,
        help="Probability allowed that a row's answer is wrong, for any reason.",
        check=checked(check_error_budget),
    )

    SOURCES: ClassVar = sources(_count)

    def __attrs_post_init__(self) -> None:
        check_heads(self.query_heads, self.gqa_group, self.shape.index_heads)
        check_windows(self.window, self.window_layers)
        self.read.check_in(self.shape)

    @classmethod
    def of(cls, **inputs: Any) -> RowRequest:
        """Return the request with these inputs; those of a preset are replaced by what is given.

        Raises:
            InputError: an unknown input or name, a size that is missing, or a value out of range.

        >>> RowRequest.of(preset="gpt2", n_keys=4096, data_access="qroam").shape.n_keys
        4096
        """
        return make(cls, inputs)

    @staticmethod
    def completed(given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the inputs with those of the preset or the configuration, if there is one."""
        return completed_sizes(given)

    @property
    def n_tokens(self) -> int:
        """Tokens of the context: the rows of a head."""
        return max(self.shape.n_keys * self.pool, self.context or 0)

    @property
    def left(self) -> RowRequest:
        """The same request for what is left to search once the first keys are read."""
        return attrs.evolve(self, shape=self.read.left_of(self.shape), read=RowReads()) if self.read.n_keys else self

    def but(self, **inputs: Any) -> RowRequest:
        """Return the same request with other inputs.

        >>> RowRequest.of(preset="gpt2").but(data_access="qroam").design.data_access
        'qroam'
        """
        return changed(self, inputs)

    def of_model(self, name: str) -> RowRequest:
        """Return the request for the sizes of a preset; bits, design, law, machine and budget stay.

        >>> RowRequest.of(preset="gpt2", data_access="qroam").of_model("toy").design.data_access
        'qroam'
        """
        return self.but(preset=name)

    def as_json(self) -> dict[str, Any]:
        """Return the inputs as results print them; source, note and law of k where there is something to say."""
        printed = attrs.asdict(self, filter=lambda field, _: field.name != "k_from")
        printed |= {"design": self.design.as_json()} | self.k_from.as_json(self.shape.n_keys)
        printed = {key: value for key, value in printed.items() if value or key not in ("source", "note")}
        printed["read"] = self.read.as_json()
        flat = ("design", "read")
        return {k: v for key, value in printed.items() for k, v in (value if key in flat else {key: value}).items()}

    def with_given_k(self) -> RowRequest:
        """Return the same request with its k as one that is given: without a law, at any number of keys."""
        return attrs.evolve(self, k_from=KLawChoice())

    def n_marked_at(self, n_keys: int) -> int:
        """Return k at another number of keys: along its law, or else the same. At its own it is that of the shape.

        >>> RowRequest.of(preset="gpt2").n_marked_at(1 << 30)
        32
        """
        there, here = (self.k_from.at(n) for n in (n_keys, self.shape.n_keys))
        if there is None or here is None:
            return self.shape.n_marked
        return max(1, there.k - (here.k - self.shape.n_marked))

    def classical(self, n_keys: int | None = None) -> tuple[ClassicalLine, ...]:
        """Return the GPUs on this row, without and with a selection, at its own number of keys or at another one."""
        shape, n_keys = self.shape, self.shape.n_keys if n_keys is None else n_keys
        return classical_lines(
            n_keys,
            shape.d_head,
            self.gqa_group,
            key_numbers=self.key_numbers,
            index_heads=shape.index_heads,
            n_selected=self.n_marked_at(n_keys),
        )
