"""Grover search for the large entries of attention, as circuits that are run and costed."""

# Written by `make estimates` from api.py and the records of the requests: change those.

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from groverattn.errors import InputError
from groverattn.problem.heads import AttentionHead
from groverattn.problem.indexer_heads import IndexerHead
from groverattn.row.request import RowRequest
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
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES as DATA_ACCESSES
from groverattn.bloqs.score.methods import SCORES as SCORES
from groverattn.capture.capture import capture_heads as capture_heads
from groverattn.costs.counting import count as count
from groverattn.costs.counting import count_iterate as count_iterate
from groverattn.diagnosis.survey import model_sizes as model_sizes
from groverattn.diagnosis.survey import survey_heads as survey_heads
from groverattn.errors import InputError as InputError
from groverattn.estimation.compare import side_by_side as side_by_side
from groverattn.frontier.keys_per_query import vary_keys_per_query as vary_keys_per_query
from groverattn.frontier.tradeoffs import RowChoices as RowChoices
from groverattn.frontier.tradeoffs import vary as vary
from groverattn.models.presets import PRESETS as PRESETS
from groverattn.physical.machines.hardware import HARDWARE as HARDWARE
from groverattn.problem.chosen_head import random_head as random_head
from groverattn.problem.heads import AttentionHead as AttentionHead
from groverattn.problem.heads import bundled_head as bundled_head
from groverattn.problem.heads import load_head as load_head
from groverattn.problem.indexer_heads import IndexerHead as IndexerHead
from groverattn.problem.indexer_heads import load_indexer as load_indexer
from groverattn.problem.indexer_heads import random_indexer as random_indexer
from groverattn.reference.attention.exact import exact_attention as exact_attention
from groverattn.reference.finders.registry import FINDERS as FINDERS
from groverattn.reference.search.amplification import ideal_iterates as ideal_iterates
from groverattn.reference.search.amplification import rotation_angle as rotation_angle
from groverattn.reference.search.amplification import success_probability as success_probability
from groverattn.row.request import RowRequest as RowRequest
from groverattn.simulation.amplitudes import amplitudes as amplitudes
from groverattn.simulation.request import SimulationRequest as SimulationRequest
from groverattn.verification.request import VerificationRequest as VerificationRequest

__version__: str
def compare(
    *,
    preset: str | None = None,
    config: str | None = None,
    heads: int | None = None,
    kv_heads: int | None = None,
    n_keys: int | None = None,
    d_head: int | None = None,
    n_marked: int | None = None,
    key_bits: int = 8,
    query_bits: int = 8,
    index_heads: int | None = None,
    weight_bits: int = 8,
    k_law: str | None = None,
    k_weight: float | None = None,
    name: str = 'custom',
    source: str = '',
    note: str = '',
    layers: int = 1,
    query_heads: int = 1,
    gqa_group: int = 1,
    key_numbers: int | None = None,
    pool: int = 1,
    context: int | None = None,
    window: int | None = None,
    window_layers: int = 0,
    read_first: int = 0,
    read_last: int = 0,
    marked_read: int = 0,
    block: int | None = None,
    score_method: str = 'auto',
    keys_per_query: str = 'auto',
    words_at_once: int | None = None,
    unload: str = 'auto',
    control_copies: int | None = None,
    n_parts: int | None = None,
    n_machines: int | None = None,
    n_searched: int | None = None,
    store: int | None = None,
    n_factories: int | None = None,
    method: str = 'unknown',
    first_score: str = 'exact',
    significant_bits: int = 3,
    lowest_column: int | None = None,
    score_margin: float = 1.0,
    reads_limit: float = 0.5,
    qram_latency_us: float = 10.0,
    qram_qubits_per_bit: float = 0.0,
    qram_p_error: float = 0.0,
    optimise: str = 'volume',
    search_law: str = 'expected',
    hardware: str = 'gidney-fowler-2018',
    error_budget: float = 0.01,
) -> Comparison:
    """Estimates of the same row under every data access.

    Args:
        preset: A name that `groverattn presets` lists.
        config: The config.json of a model of your own, or its folder.
        heads: Query heads per layer, the same as query_heads.
        kv_heads: Key heads per layer; heads / kv_heads is gqa_group.
        n_keys: Number of keys n, such as 131072, 128k (k is 1,024) or 2^17.
        d_head: Numbers per key d.
        n_marked: Keys that a row looks for, k: the marked keys, those of the largest scores.
        key_bits: Bits per number of a key, 2 to 16.
        query_bits: Bits per number of a query, 2 to 16.
        index_heads: Heads of an indexer, which scores a key for all heads of a layer by a weighted sum of ReLUs; by default the score is the inner product of one head.
        weight_bits: Bits per weight of an index head, 2 to 16.
        k_law: Take k from a measured law, in place of n_marked: smollm2-135m; or a TOML file.
        k_weight: With k_law: share of a row's softmax weight that its k keys hold; by default 0.9.
        name: What to call the sizes; a preset has its own name.
        source: Where the sizes are from; the report prints it.
        note: What results say of the sizes beside the numbers; a configuration has its own.
        layers: Layers that search all keys.
        query_heads: Query heads per layer; 1 for an indexer.
        gqa_group: Query heads that share one memory of keys.
        key_numbers: Numbers that a GPU reads per key; by default d_head.
        pool: Tokens whose keys are pooled into one key.
        context: Tokens of the context, where no row sees all of them.
        window: Keys that a row sees in further layers, with a window.
        window_layers: Layers with a window.
        read_first: Keys from the first one on that are read before the others are searched.
        read_last: Keys up to the last one that a row sees, read before the others are searched.
        marked_read: Marked keys that are among those read first; by default none, our assumption.
        block: Keys of a row that a qroam loads at once; by default the best.
        score_method: How the score is added up: shared-sums, plain-heap, quantum-query, in-place; by default the best.
        keys_per_query: Keys that one oracle call tests; by default the best.
        words_at_once: Data access one-hot: keys loaded and scored side by side; by default the best.
        unload: How a key is unloaded again: measured, again; by default the best.
        control_copies: Copies of a control that gates of a layer share; by default the best.
        n_parts: Equal parts of the keys that each machine searches one after the other; by default the best.
        n_machines: Machines that share the keys; by default the best.
        n_searched: Keys that are searched, with dead ones that fill them up to this number; by default the best.
        store: Magic states, one for a Toffoli gate, that the machine can store; by default the best.
        n_factories: Copies of the factory that makes magic states; by default the best.
        method: How the length of each trial is chosen: unknown, posterior.
        first_score: Whether an approximate score finds first: exact (no), approximate, auto.
        significant_bits: Bits of a query number that the approximate score keeps.
        lowest_column: First column that the approximate score adds up; by default, by the spread of the scores.
        score_margin: Deviations of the approximate score's error by which its threshold is lowered.
        reads_limit: Share of the keys that may be read after measurements.
        qram_latency_us: qram: assumed time of one call, microseconds.
        qram_qubits_per_bit: qram: assumed physical qubits per stored bit.
        qram_p_error: qram: assumed failure probability of one call.
        optimise: What a design has least of: volume, time, qubits, toffoli.
        search_law: How iterates are counted: ideal, expected, proven, worst.
        hardware: Machine: beverland-gate-ns-e3, beverland-gate-ns-e4, beverland-gate-us-e4, beverland-majorana-e6, gidney-2025, gidney-fowler-2018, litinski-2019, qdk-neutral-atom, qdk-neutral-atom-low-move, qdk-majorana, qdk-yoked; or a TOML file. Also called machine.
        error_budget: Probability allowed that a row's answer is wrong, for any reason.

    Raises:
        InputError: an unknown name, or a size that is missing.
    """

def diagnose(
    Q: ArrayLike | AttentionHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
    *,
    file: str | None = None,
    layer: int | None = None,
    head: int | None = None,
    causal: bool = False,
    n_marked: int = 16,
) -> Diagnosis:
    """Report on a head: whether it is (tau, k)-good, and what each tail of B costs on it.

    Args:
        file: An .npz or .safetensors file with arrays Q, K and V of shape (n, d), (heads, n, d) or (layers, heads, n, d), and optionally causal and score_scale; docs/commands.md, Your own arrays.
        layer: Layer to read, from 0.
        head: Query head to read, from 0.
        causal: Row i sees keys 0 to i only, also where the file does not say so.
        n_marked: Keys found in each row, the k largest scores and ties.
        Q: Queries, shape (n, d); or a head, as `load_head` returns it. None: the head that `file` names.
        K: Keys, shape (n, d).
        V: Values, shape (n, m).

    Raises:
        InputError: arrays that make no head, or n_marked out of range.
    """

def estimate(
    *,
    preset: str | None = None,
    config: str | None = None,
    heads: int | None = None,
    kv_heads: int | None = None,
    n_keys: int | None = None,
    d_head: int | None = None,
    n_marked: int | None = None,
    key_bits: int = 8,
    query_bits: int = 8,
    index_heads: int | None = None,
    weight_bits: int = 8,
    k_law: str | None = None,
    k_weight: float | None = None,
    name: str = 'custom',
    source: str = '',
    note: str = '',
    layers: int = 1,
    query_heads: int = 1,
    gqa_group: int = 1,
    key_numbers: int | None = None,
    pool: int = 1,
    context: int | None = None,
    window: int | None = None,
    window_layers: int = 0,
    read_first: int = 0,
    read_last: int = 0,
    marked_read: int = 0,
    data_access: str = 'auto',
    block: int | None = None,
    score_method: str = 'auto',
    keys_per_query: str = 'auto',
    words_at_once: int | None = None,
    unload: str = 'auto',
    control_copies: int | None = None,
    n_parts: int | None = None,
    n_machines: int | None = None,
    n_searched: int | None = None,
    store: int | None = None,
    n_factories: int | None = None,
    method: str = 'unknown',
    first_score: str = 'exact',
    significant_bits: int = 3,
    lowest_column: int | None = None,
    score_margin: float = 1.0,
    reads_limit: float = 0.5,
    qram_latency_us: float = 10.0,
    qram_qubits_per_bit: float = 0.0,
    qram_p_error: float = 0.0,
    optimise: str = 'volume',
    search_law: str = 'expected',
    hardware: str = 'gidney-fowler-2018',
    error_budget: float = 0.01,
) -> Estimate:
    """Price of one row: counts, machine, GPUs, and from how many keys on the search is faster.

    Args:
        preset: A name that `groverattn presets` lists.
        config: The config.json of a model of your own, or its folder.
        heads: Query heads per layer, the same as query_heads.
        kv_heads: Key heads per layer; heads / kv_heads is gqa_group.
        n_keys: Number of keys n, such as 131072, 128k (k is 1,024) or 2^17.
        d_head: Numbers per key d.
        n_marked: Keys that a row looks for, k: the marked keys, those of the largest scores.
        key_bits: Bits per number of a key, 2 to 16.
        query_bits: Bits per number of a query, 2 to 16.
        index_heads: Heads of an indexer, which scores a key for all heads of a layer by a weighted sum of ReLUs; by default the score is the inner product of one head.
        weight_bits: Bits per weight of an index head, 2 to 16.
        k_law: Take k from a measured law, in place of n_marked: smollm2-135m; or a TOML file.
        k_weight: With k_law: share of a row's softmax weight that its k keys hold; by default 0.9.
        name: What to call the sizes; a preset has its own name.
        source: Where the sizes are from; the report prints it.
        note: What results say of the sizes beside the numbers; a configuration has its own.
        layers: Layers that search all keys.
        query_heads: Query heads per layer; 1 for an indexer.
        gqa_group: Query heads that share one memory of keys.
        key_numbers: Numbers that a GPU reads per key; by default d_head.
        pool: Tokens whose keys are pooled into one key.
        context: Tokens of the context, where no row sees all of them.
        window: Keys that a row sees in further layers, with a window.
        window_layers: Layers with a window.
        read_first: Keys from the first one on that are read before the others are searched.
        read_last: Keys up to the last one that a row sees, read before the others are searched.
        marked_read: Marked keys that are among those read first; by default none, our assumption.
        data_access: How the circuit reaches the keys: qrom, qroam, qroam-few-qubits, qroam-shallow, qroam-dirty, bucket-brigade, bucket-brigade-wide, one-hot, qram; by default the best.
        block: Keys of a row that a qroam loads at once; by default the best.
        score_method: How the score is added up: shared-sums, plain-heap, quantum-query, in-place; by default the best.
        keys_per_query: Keys that one oracle call tests; by default the best.
        words_at_once: Data access one-hot: keys loaded and scored side by side; by default the best.
        unload: How a key is unloaded again: measured, again; by default the best.
        control_copies: Copies of a control that gates of a layer share; by default the best.
        n_parts: Equal parts of the keys that each machine searches one after the other; by default the best.
        n_machines: Machines that share the keys; by default the best.
        n_searched: Keys that are searched, with dead ones that fill them up to this number; by default the best.
        store: Magic states, one for a Toffoli gate, that the machine can store; by default the best.
        n_factories: Copies of the factory that makes magic states; by default the best.
        method: How the length of each trial is chosen: unknown, posterior.
        first_score: Whether an approximate score finds first: exact (no), approximate, auto.
        significant_bits: Bits of a query number that the approximate score keeps.
        lowest_column: First column that the approximate score adds up; by default, by the spread of the scores.
        score_margin: Deviations of the approximate score's error by which its threshold is lowered.
        reads_limit: Share of the keys that may be read after measurements.
        qram_latency_us: qram: assumed time of one call, microseconds.
        qram_qubits_per_bit: qram: assumed physical qubits per stored bit.
        qram_p_error: qram: assumed failure probability of one call.
        optimise: What a design has least of: volume, time, qubits, toffoli.
        search_law: How iterates are counted: ideal, expected, proven, worst.
        hardware: Machine: beverland-gate-ns-e3, beverland-gate-ns-e4, beverland-gate-us-e4, beverland-majorana-e6, gidney-2025, gidney-fowler-2018, litinski-2019, qdk-neutral-atom, qdk-neutral-atom-low-move, qdk-majorana, qdk-yoked; or a TOML file. Also called machine.
        error_budget: Probability allowed that a row's answer is wrong, for any reason.

    Raises:
        InputError: an unknown name, a size that is missing, or a row that no machine of this kind can run in budget.

    >>> import groverattn
    >>> groverattn.estimate(preset="llama3.1-8b", data_access="qroam").physical.code_distance
    23
    """

def find_crossover(
    *,
    preset: str | None = None,
    config: str | None = None,
    heads: int | None = None,
    kv_heads: int | None = None,
    n_keys: int | None = None,
    d_head: int | None = None,
    n_marked: int | None = None,
    key_bits: int = 8,
    query_bits: int = 8,
    index_heads: int | None = None,
    weight_bits: int = 8,
    k_law: str | None = None,
    k_weight: float | None = None,
    name: str = 'custom',
    source: str = '',
    note: str = '',
    layers: int = 1,
    query_heads: int = 1,
    gqa_group: int = 1,
    key_numbers: int | None = None,
    pool: int = 1,
    context: int | None = None,
    window: int | None = None,
    window_layers: int = 0,
    read_first: int = 0,
    read_last: int = 0,
    marked_read: int = 0,
    block: int | None = None,
    score_method: str = 'auto',
    keys_per_query: str = 'auto',
    words_at_once: int | None = None,
    unload: str = 'auto',
    control_copies: int | None = None,
    n_parts: int | None = None,
    n_machines: int | None = None,
    n_searched: int | None = None,
    store: int | None = None,
    n_factories: int | None = None,
    method: str = 'unknown',
    first_score: str = 'exact',
    significant_bits: int = 3,
    lowest_column: int | None = None,
    score_margin: float = 1.0,
    reads_limit: float = 0.5,
    qram_latency_us: float = 10.0,
    qram_qubits_per_bit: float = 0.0,
    qram_p_error: float = 0.0,
    optimise: str = 'volume',
    search_law: str = 'expected',
    hardware: str = 'gidney-fowler-2018',
    error_budget: float = 0.01,
    data_access: str = 'all',
    at: Sequence[int] = (),
) -> CrossoverResult:
    """Number of keys from which the search is faster than a GPU, if any, and what it would take to break even.

    Args:
        preset: A name that `groverattn presets` lists.
        config: The config.json of a model of your own, or its folder.
        heads: Query heads per layer, the same as query_heads.
        kv_heads: Key heads per layer; heads / kv_heads is gqa_group.
        n_keys: Number of keys n, such as 131072, 128k (k is 1,024) or 2^17.
        d_head: Numbers per key d.
        n_marked: Keys that a row looks for, k: the marked keys, those of the largest scores.
        key_bits: Bits per number of a key, 2 to 16.
        query_bits: Bits per number of a query, 2 to 16.
        index_heads: Heads of an indexer, which scores a key for all heads of a layer by a weighted sum of ReLUs; by default the score is the inner product of one head.
        weight_bits: Bits per weight of an index head, 2 to 16.
        k_law: Take k from a measured law, in place of n_marked: smollm2-135m; or a TOML file.
        k_weight: With k_law: share of a row's softmax weight that its k keys hold; by default 0.9.
        name: What to call the sizes; a preset has its own name.
        source: Where the sizes are from; the report prints it.
        note: What results say of the sizes beside the numbers; a configuration has its own.
        layers: Layers that search all keys.
        query_heads: Query heads per layer; 1 for an indexer.
        gqa_group: Query heads that share one memory of keys.
        key_numbers: Numbers that a GPU reads per key; by default d_head.
        pool: Tokens whose keys are pooled into one key.
        context: Tokens of the context, where no row sees all of them.
        window: Keys that a row sees in further layers, with a window.
        window_layers: Layers with a window.
        read_first: Keys from the first one on that are read before the others are searched.
        read_last: Keys up to the last one that a row sees, read before the others are searched.
        marked_read: Marked keys that are among those read first; by default none, our assumption.
        block: Keys of a row that a qroam loads at once; by default the best.
        score_method: How the score is added up: shared-sums, plain-heap, quantum-query, in-place; by default the best.
        keys_per_query: Keys that one oracle call tests; by default the best.
        words_at_once: Data access one-hot: keys loaded and scored side by side; by default the best.
        unload: How a key is unloaded again: measured, again; by default the best.
        control_copies: Copies of a control that gates of a layer share; by default the best.
        n_parts: Equal parts of the keys that each machine searches one after the other; by default the best.
        n_machines: Machines that share the keys; by default the best.
        n_searched: Keys that are searched, with dead ones that fill them up to this number; by default the best.
        store: Magic states, one for a Toffoli gate, that the machine can store; by default the best.
        n_factories: Copies of the factory that makes magic states; by default the best.
        method: How the length of each trial is chosen: unknown, posterior.
        first_score: Whether an approximate score finds first: exact (no), approximate, auto.
        significant_bits: Bits of a query number that the approximate score keeps.
        lowest_column: First column that the approximate score adds up; by default, by the spread of the scores.
        score_margin: Deviations of the approximate score's error by which its threshold is lowered.
        reads_limit: Share of the keys that may be read after measurements.
        qram_latency_us: qram: assumed time of one call, microseconds.
        qram_qubits_per_bit: qram: assumed physical qubits per stored bit.
        qram_p_error: qram: assumed failure probability of one call.
        optimise: What a design has least of: volume, time, qubits, toffoli.
        search_law: How iterates are counted: ideal, expected, proven, worst.
        hardware: Machine: beverland-gate-ns-e3, beverland-gate-ns-e4, beverland-gate-us-e4, beverland-majorana-e6, gidney-2025, gidney-fowler-2018, litinski-2019, qdk-neutral-atom, qdk-neutral-atom-low-move, qdk-majorana, qdk-yoked; or a TOML file. Also called machine.
        error_budget: Probability allowed that a row's answer is wrong, for any reason.
        data_access: How the circuit reaches the keys: qrom, qroam, qroam-few-qubits, qroam-shallow, qroam-dirty, bucket-brigade, bucket-brigade-wide, one-hot, qram; by default the best.
        data_access: How the circuit reaches the keys; all of them by default.
        at: More numbers of keys at which to ask what it would take.

    Raises:
        InputError: an unknown name, a size that is missing, or fewer keys than marked ones.
    """

def find_frontier(
    *,
    preset: str | None = None,
    config: str | None = None,
    heads: int | None = None,
    kv_heads: int | None = None,
    n_keys: int | None = None,
    d_head: int | None = None,
    n_marked: int | None = None,
    key_bits: int = 8,
    query_bits: int = 8,
    index_heads: int | None = None,
    weight_bits: int = 8,
    k_law: str | None = None,
    k_weight: float | None = None,
    name: str = 'custom',
    source: str = '',
    note: str = '',
    layers: int = 1,
    query_heads: int = 1,
    gqa_group: int = 1,
    key_numbers: int | None = None,
    pool: int = 1,
    context: int | None = None,
    window: int | None = None,
    window_layers: int = 0,
    read_first: int = 0,
    read_last: int = 0,
    marked_read: int = 0,
    qram_latency_us: float = 10.0,
    qram_qubits_per_bit: float = 0.0,
    qram_p_error: float = 0.0,
    optimise: str = 'volume',
    search_law: str = 'expected',
    hardware: str = 'gidney-fowler-2018',
    error_budget: float = 0.01,
) -> Frontier:
    """Designs of one row that no other beats in physical qubits and time.

    Args:
        preset: A name that `groverattn presets` lists.
        config: The config.json of a model of your own, or its folder.
        heads: Query heads per layer, the same as query_heads.
        kv_heads: Key heads per layer; heads / kv_heads is gqa_group.
        n_keys: Number of keys n, such as 131072, 128k (k is 1,024) or 2^17.
        d_head: Numbers per key d.
        n_marked: Keys that a row looks for, k: the marked keys, those of the largest scores.
        key_bits: Bits per number of a key, 2 to 16.
        query_bits: Bits per number of a query, 2 to 16.
        index_heads: Heads of an indexer, which scores a key for all heads of a layer by a weighted sum of ReLUs; by default the score is the inner product of one head.
        weight_bits: Bits per weight of an index head, 2 to 16.
        k_law: Take k from a measured law, in place of n_marked: smollm2-135m; or a TOML file.
        k_weight: With k_law: share of a row's softmax weight that its k keys hold; by default 0.9.
        name: What to call the sizes; a preset has its own name.
        source: Where the sizes are from; the report prints it.
        note: What results say of the sizes beside the numbers; a configuration has its own.
        layers: Layers that search all keys.
        query_heads: Query heads per layer; 1 for an indexer.
        gqa_group: Query heads that share one memory of keys.
        key_numbers: Numbers that a GPU reads per key; by default d_head.
        pool: Tokens whose keys are pooled into one key.
        context: Tokens of the context, where no row sees all of them.
        window: Keys that a row sees in further layers, with a window.
        window_layers: Layers with a window.
        read_first: Keys from the first one on that are read before the others are searched.
        read_last: Keys up to the last one that a row sees, read before the others are searched.
        marked_read: Marked keys that are among those read first; by default none, our assumption.
        qram_latency_us: qram: assumed time of one call, microseconds.
        qram_qubits_per_bit: qram: assumed physical qubits per stored bit.
        qram_p_error: qram: assumed failure probability of one call.
        optimise: What a design has least of: volume, time, qubits, toffoli.
        search_law: How iterates are counted: ideal, expected, proven, worst.
        hardware: Machine: beverland-gate-ns-e3, beverland-gate-ns-e4, beverland-gate-us-e4, beverland-majorana-e6, gidney-2025, gidney-fowler-2018, litinski-2019, qdk-neutral-atom, qdk-neutral-atom-low-move, qdk-majorana, qdk-yoked; or a TOML file. Also called machine.
        error_budget: Probability allowed that a row's answer is wrong, for any reason.

    Raises:
        InputError: an unknown name, a size that is missing, or no design that the machine can run in budget.
    """

def find_keys(
    Q: ArrayLike | AttentionHead | IndexerHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
    *,
    file: str | None = None,
    layer: int | None = None,
    head: int | None = None,
    causal: bool = False,
    n_keys: int | None = None,
    d_head: int | None = None,
    index_heads: int | None = None,
    indexer: bool = False,
    key_bits: int = 8,
    query_bits: int = 8,
    weight_bits: int = 8,
    data_access: str = 'qrom',
    keys_per_query: int = 1,
    words_at_once: int = 1,
    read_first: int = 0,
    read_last: int = 0,
    seed: int = 0,
    n_marked: int = 16,
    sample_size: int | None = None,
    tau: float | None = None,
    engine: str = 'index',
    fault_rate: float = 0.0,
    method: str = 'unknown',
    first_score: str = 'exact',
    growth: float | None = None,
    error_budget: float = 0.001,
    read_previous: bool = False,
    row: int = -1,
) -> RowSearch:
    """Search of one row, trial by trial; `error_budget` is the probability that this row misses a key.

    Args:
        file: An .npz or .safetensors file with arrays Q, K and V of shape (n, d), (heads, n, d) or (layers, heads, n, d), and optionally causal and score_scale; docs/commands.md, Your own arrays.
        layer: Layer to read, from 0.
        head: Query head to read, from 0.
        causal: Row i sees keys 0 to i only, also where the file does not say so.
        n_keys: Number of keys of a random head.
        d_head: Numbers per key of a random head.
        index_heads: Heads of a random indexer, which scores keys by a weighted sum of ReLUs, in place of a random head.
        indexer: The indexer of the file's layer, which scores keys for all of its heads, in place of a head.
        key_bits: Bits per number of a key, 2 to 16.
        query_bits: Bits per number of a query, 2 to 16.
        weight_bits: Bits per weight of an index head, 2 to 16.
        data_access: How the circuit reaches the keys: qrom, qroam, qroam-few-qubits, qroam-shallow, qroam-dirty, bucket-brigade, bucket-brigade-wide, one-hot, qram.
        keys_per_query: Keys that one oracle call tests, at most half of those in view.
        words_at_once: Data access one-hot: keys loaded and scored side by side.
        read_first: Keys from the first one on that are read before the others are searched.
        read_last: Keys up to the last one that a row sees, read before the others are searched.
        seed: Seed of all draws, 0 or more.
        n_marked: Mark the k largest scores of each row; with tau, what methods expected and top-k are told.
        sample_size: Set each row's threshold from this many sampled keys: about k are marked.
        tau: One threshold of the scaled score for all rows instead.
        engine: circuit, sparse, index or law.
        fault_rate: Engines law and sparse: probability of a logical fault in an iterate.
        method: unknown, posterior, expected, counted, known, collector or top-k.
        first_score: exact, or approximate: an approximate score finds first. Method posterior only.
        growth: Growth factor of the trials; by default the method's own.
        error_budget: Probability that any row misses a key.
        read_previous: The keys that the row before marks are read before the others are searched.
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

def oracle(
    Q: ArrayLike | AttentionHead | IndexerHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
    *,
    file: str | None = None,
    layer: int | None = None,
    head: int | None = None,
    causal: bool = False,
    n_keys: int | None = None,
    d_head: int | None = None,
    index_heads: int | None = None,
    indexer: bool = False,
    key_bits: int = 8,
    query_bits: int = 8,
    weight_bits: int = 8,
    data_access: str = 'qrom',
    keys_per_query: int = 1,
    words_at_once: int = 1,
    read_first: int = 0,
    read_last: int = 0,
    seed: int = 0,
    row: int | None = None,
    n_marked: int | None = None,
    score_method: str = 'shared-sums',
) -> PhaseOracle | BlockOracle:
    """Phase oracle of one row: a Qualtran bloq and a Cirq gate, |j> -> -|j> where the score reaches the threshold.

    Args:
        file: An .npz or .safetensors file with arrays Q, K and V of shape (n, d), (heads, n, d) or (layers, heads, n, d), and optionally causal and score_scale; docs/commands.md, Your own arrays.
        layer: Layer to read, from 0.
        head: Query head to read, from 0.
        causal: Row i sees keys 0 to i only, also where the file does not say so.
        n_keys: Number of keys of a random head.
        d_head: Numbers per key of a random head.
        index_heads: Heads of a random indexer, which scores keys by a weighted sum of ReLUs, in place of a random head.
        indexer: The indexer of the file's layer, which scores keys for all of its heads, in place of a head.
        key_bits: Bits per number of a key, 2 to 16.
        query_bits: Bits per number of a query, 2 to 16.
        weight_bits: Bits per weight of an index head, 2 to 16.
        data_access: How the circuit reaches the keys: qrom, qroam, qroam-few-qubits, qroam-shallow, qroam-dirty, bucket-brigade, bucket-brigade-wide, one-hot, qram.
        keys_per_query: Keys that one oracle call tests, at most half of those in view.
        words_at_once: Data access one-hot: keys loaded and scored side by side.
        read_first: Keys from the first one on that are read before the others are searched.
        read_last: Keys up to the last one that a row sees, read before the others are searched.
        seed: Seed of all draws, 0 or more.
        row: Row of the file's head; the last one by default.
        n_marked: Marked keys of that row; 16. With a file only.
        score_method: How the score is added up: shared-sums, plain-heap, quantum-query, in-place.
        Q: Queries, shape (n, d); or a head or indexer that was loaded. None: the head that `file` or sizes choose.
        K: Keys, shape (n, d).
        V: Values, shape (n, m).

    Raises:
        InputError: an unknown name, a row that is not searched, or more keys than can be written out.

    >>> import groverattn
    >>> groverattn.oracle(n_keys=16, d_head=2).num_qubits()
    4
    """

def picture(
    shown: Any,
    others: Any,
) -> Picture:
    """Figure of a result, of a Cirq circuit, of one level of a bloq's decomposition, or of B beside exact attention.

    Args:
        shown: A result that has a picture, a circuit, a bloq, or B as `Simulation.approximation` returns it.
        others: What is drawn beside a result, see `Drawn.picture`.

    Raises:
        InputError: something without a picture.
    """

def price_model(
    *,
    preset: str | None = None,
    config: str | None = None,
    heads: int | None = None,
    kv_heads: int | None = None,
    n_keys: int | None = None,
    d_head: int | None = None,
    n_marked: int | None = None,
    key_bits: int = 8,
    query_bits: int = 8,
    index_heads: int | None = None,
    weight_bits: int = 8,
    k_law: str | None = None,
    k_weight: float | None = None,
    name: str = 'custom',
    source: str = '',
    note: str = '',
    layers: int = 1,
    query_heads: int = 1,
    gqa_group: int = 1,
    key_numbers: int | None = None,
    pool: int = 1,
    context: int | None = None,
    window: int | None = None,
    window_layers: int = 0,
    read_first: int = 0,
    read_last: int = 0,
    marked_read: int = 0,
    data_access: str = 'auto',
    block: int | None = None,
    score_method: str = 'auto',
    keys_per_query: str = 'auto',
    words_at_once: int | None = None,
    unload: str = 'auto',
    control_copies: int | None = None,
    n_parts: int | None = None,
    n_machines: int | None = None,
    n_searched: int | None = None,
    store: int | None = None,
    n_factories: int | None = None,
    method: str = 'unknown',
    first_score: str = 'exact',
    significant_bits: int = 3,
    lowest_column: int | None = None,
    score_margin: float = 1.0,
    reads_limit: float = 0.5,
    qram_latency_us: float = 10.0,
    qram_qubits_per_bit: float = 0.0,
    qram_p_error: float = 0.0,
    optimise: str = 'volume',
    search_law: str = 'expected',
    hardware: str = 'gidney-fowler-2018',
    error_budget: float = 0.01,
    io_bits_per_s: float = 1000000000.0,
) -> WholeModel:
    """Price of all rows of a model: one generated token, and the prefill of a full context, beside GPUs.

    Args:
        preset: A name that `groverattn presets` lists.
        config: The config.json of a model of your own, or its folder.
        heads: Query heads per layer, the same as query_heads.
        kv_heads: Key heads per layer; heads / kv_heads is gqa_group.
        n_keys: Number of keys n, such as 131072, 128k (k is 1,024) or 2^17.
        d_head: Numbers per key d.
        n_marked: Keys that a row looks for, k: the marked keys, those of the largest scores.
        key_bits: Bits per number of a key, 2 to 16.
        query_bits: Bits per number of a query, 2 to 16.
        index_heads: Heads of an indexer, which scores a key for all heads of a layer by a weighted sum of ReLUs; by default the score is the inner product of one head.
        weight_bits: Bits per weight of an index head, 2 to 16.
        k_law: Take k from a measured law, in place of n_marked: smollm2-135m; or a TOML file.
        k_weight: With k_law: share of a row's softmax weight that its k keys hold; by default 0.9.
        name: What to call the sizes; a preset has its own name.
        source: Where the sizes are from; the report prints it.
        note: What results say of the sizes beside the numbers; a configuration has its own.
        layers: Layers that search all keys.
        query_heads: Query heads per layer; 1 for an indexer.
        gqa_group: Query heads that share one memory of keys.
        key_numbers: Numbers that a GPU reads per key; by default d_head.
        pool: Tokens whose keys are pooled into one key.
        context: Tokens of the context, where no row sees all of them.
        window: Keys that a row sees in further layers, with a window.
        window_layers: Layers with a window.
        read_first: Keys from the first one on that are read before the others are searched.
        read_last: Keys up to the last one that a row sees, read before the others are searched.
        marked_read: Marked keys that are among those read first; by default none, our assumption.
        data_access: How the circuit reaches the keys: qrom, qroam, qroam-few-qubits, qroam-shallow, qroam-dirty, bucket-brigade, bucket-brigade-wide, one-hot, qram; by default the best.
        block: Keys of a row that a qroam loads at once; by default the best.
        score_method: How the score is added up: shared-sums, plain-heap, quantum-query, in-place; by default the best.
        keys_per_query: Keys that one oracle call tests; by default the best.
        words_at_once: Data access one-hot: keys loaded and scored side by side; by default the best.
        unload: How a key is unloaded again: measured, again; by default the best.
        control_copies: Copies of a control that gates of a layer share; by default the best.
        n_parts: Equal parts of the keys that each machine searches one after the other; by default the best.
        n_machines: Machines that share the keys; by default the best.
        n_searched: Keys that are searched, with dead ones that fill them up to this number; by default the best.
        store: Magic states, one for a Toffoli gate, that the machine can store; by default the best.
        n_factories: Copies of the factory that makes magic states; by default the best.
        method: How the length of each trial is chosen: unknown, posterior.
        first_score: Whether an approximate score finds first: exact (no), approximate, auto.
        significant_bits: Bits of a query number that the approximate score keeps.
        lowest_column: First column that the approximate score adds up; by default, by the spread of the scores.
        score_margin: Deviations of the approximate score's error by which its threshold is lowered.
        reads_limit: Share of the keys that may be read after measurements.
        qram_latency_us: qram: assumed time of one call, microseconds.
        qram_qubits_per_bit: qram: assumed physical qubits per stored bit.
        qram_p_error: qram: assumed failure probability of one call.
        optimise: What a design has least of: volume, time, qubits, toffoli.
        search_law: How iterates are counted: ideal, expected, proven, worst.
        hardware: Machine: beverland-gate-ns-e3, beverland-gate-ns-e4, beverland-gate-us-e4, beverland-majorana-e6, gidney-2025, gidney-fowler-2018, litinski-2019, qdk-neutral-atom, qdk-neutral-atom-low-move, qdk-majorana, qdk-yoked; or a TOML file. Also called machine.
        error_budget: Probability allowed that a row's answer is wrong, for any reason.
        io_bits_per_s: Rate at which keys are written.

    Raises:
        InputError: an unknown name, a size that is missing, or a row that no machine of this kind can run in budget.
    """

def run_sweep(
    study: str | Path,
    folder: str | Path,
    *,
    n_workers: int = 2,
    retry_failed: bool = False,
) -> SweepResult:
    """Study of many points from a TOML file: what is missing in the folder is computed, then its table is written.

    Args:
        study: The study file, see docs/sweep.md.
        folder: Where journal, table and manifest are; made if it does not exist.
        n_workers: Processes; 0: this one.
        retry_failed: Compute the points again whose row has an error.

    Raises:
        InputError: a study file or a folder that cannot be used.
    """

def search(
    Q: ArrayLike | AttentionHead | IndexerHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
    *,
    file: str | None = None,
    layer: int | None = None,
    head: int | None = None,
    causal: bool = False,
    n_keys: int | None = None,
    d_head: int | None = None,
    index_heads: int | None = None,
    indexer: bool = False,
    key_bits: int = 8,
    query_bits: int = 8,
    weight_bits: int = 8,
    data_access: str = 'qrom',
    keys_per_query: int = 1,
    words_at_once: int = 1,
    read_first: int = 0,
    read_last: int = 0,
    seed: int = 0,
    row: int | None = None,
    n_marked: int | None = None,
    score_method: str = 'shared-sums',
    n_iterates: int | None = None,
) -> GroverSearch:
    """Grover search of one row: a Qualtran bloq and a Cirq gate that prepares the index and amplifies marked keys.

    Args:
        file: An .npz or .safetensors file with arrays Q, K and V of shape (n, d), (heads, n, d) or (layers, heads, n, d), and optionally causal and score_scale; docs/commands.md, Your own arrays.
        layer: Layer to read, from 0.
        head: Query head to read, from 0.
        causal: Row i sees keys 0 to i only, also where the file does not say so.
        n_keys: Number of keys of a random head.
        d_head: Numbers per key of a random head.
        index_heads: Heads of a random indexer, which scores keys by a weighted sum of ReLUs, in place of a random head.
        indexer: The indexer of the file's layer, which scores keys for all of its heads, in place of a head.
        key_bits: Bits per number of a key, 2 to 16.
        query_bits: Bits per number of a query, 2 to 16.
        weight_bits: Bits per weight of an index head, 2 to 16.
        data_access: How the circuit reaches the keys: qrom, qroam, qroam-few-qubits, qroam-shallow, qroam-dirty, bucket-brigade, bucket-brigade-wide, one-hot, qram.
        keys_per_query: Keys that one oracle call tests, at most half of those in view.
        words_at_once: Data access one-hot: keys loaded and scored side by side.
        read_first: Keys from the first one on that are read before the others are searched.
        read_last: Keys up to the last one that a row sees, read before the others are searched.
        seed: Seed of all draws, 0 or more.
        row: Row of the file's head; the last one by default.
        n_marked: Marked keys of that row; 16. With a file only.
        score_method: How the score is added up: shared-sums, plain-heap, quantum-query, in-place.
        Q: Queries, shape (n, d); or a head or indexer that was loaded. None: the head that `file` or sizes choose.
        K: Keys, shape (n, d).
        V: Values, shape (n, m).
        n_iterates: Number of iterates; None: as many as find a marked key most probably.

    Raises:
        InputError: an unknown name, a row that is not searched, or more keys than can be written out.
    """

def simulate(
    Q: ArrayLike | AttentionHead | IndexerHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
    *,
    file: str | None = None,
    layer: int | None = None,
    head: int | None = None,
    causal: bool = False,
    n_keys: int | None = None,
    d_head: int | None = None,
    index_heads: int | None = None,
    indexer: bool = False,
    key_bits: int = 8,
    query_bits: int = 8,
    weight_bits: int = 8,
    data_access: str = 'qrom',
    keys_per_query: int = 1,
    words_at_once: int = 1,
    read_first: int = 0,
    read_last: int = 0,
    seed: int = 0,
    n_marked: int = 16,
    sample_size: int | None = None,
    tau: float | None = None,
    engine: str = 'index',
    circuit_every: int = 1,
    fault_rate: float = 0.0,
    method: str = 'unknown',
    first_score: str = 'exact',
    growth: float | None = None,
    marked_limit: int | None = None,
    search_law: str = 'all',
    error_budget: float = 0.001,
    read_previous: bool = False,
    rows: str | None = None,
    n_workers: int = 1,
    on_row: Callable[[int, int], None] = ...,
) -> Simulation:
    """Search of the rows of a head, with what B gives beside exact attention.

    Args:
        file: An .npz or .safetensors file with arrays Q, K and V of shape (n, d), (heads, n, d) or (layers, heads, n, d), and optionally causal and score_scale; docs/commands.md, Your own arrays.
        layer: Layer to read, from 0.
        head: Query head to read, from 0.
        causal: Row i sees keys 0 to i only, also where the file does not say so.
        n_keys: Number of keys of a random head.
        d_head: Numbers per key of a random head.
        index_heads: Heads of a random indexer, which scores keys by a weighted sum of ReLUs, in place of a random head.
        indexer: The indexer of the file's layer, which scores keys for all of its heads, in place of a head.
        key_bits: Bits per number of a key, 2 to 16.
        query_bits: Bits per number of a query, 2 to 16.
        weight_bits: Bits per weight of an index head, 2 to 16.
        data_access: How the circuit reaches the keys: qrom, qroam, qroam-few-qubits, qroam-shallow, qroam-dirty, bucket-brigade, bucket-brigade-wide, one-hot, qram.
        keys_per_query: Keys that one oracle call tests, at most half of those in view.
        words_at_once: Data access one-hot: keys loaded and scored side by side.
        read_first: Keys from the first one on that are read before the others are searched.
        read_last: Keys up to the last one that a row sees, read before the others are searched.
        seed: Seed of all draws, 0 or more.
        n_marked: Mark the k largest scores of each row; with tau, what methods expected and top-k are told.
        sample_size: Set each row's threshold from this many sampled keys: about k are marked.
        tau: One threshold of the scaled score for all rows instead.
        engine: circuit, sparse, index or law.
        circuit_every: Engine index: run the circuit of every N-th row only.
        fault_rate: Engines law and sparse: probability of a logical fault in an iterate.
        method: unknown, posterior, expected, counted, known, collector or top-k.
        first_score: exact, or approximate: an approximate score finds first. Method posterior only.
        growth: Growth factor of the trials; by default the method's own.
        marked_limit: Give a row up, and report it, when more keys than that are found.
        search_law: Compare with ideal, expected, proven, worst or all.
        error_budget: Probability that any row misses a key.
        read_previous: The keys that the row before marks are read before the others are searched.
        rows: Rows A:B, as 0:16: from row A on, row B left out.
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

def verify(
    Q: ArrayLike | AttentionHead | IndexerHead | None = None,
    K: ArrayLike | None = None,
    V: ArrayLike | None = None,
    *,
    file: str | None = None,
    layer: int | None = None,
    head: int | None = None,
    causal: bool = False,
    n_keys: int | None = None,
    d_head: int | None = None,
    index_heads: int | None = None,
    indexer: bool = False,
    key_bits: int = 8,
    query_bits: int = 8,
    weight_bits: int = 8,
    data_access: str = 'qrom',
    keys_per_query: int = 1,
    words_at_once: int = 1,
    read_first: int = 0,
    read_last: int = 0,
    seed: int = 0,
    row: int | None = None,
    n_marked: int | None = None,
    score_method: str = 'shared-sums',
) -> Verification:
    """Check of an oracle: its circuit run gate by gate on every key, compared with arithmetic and with its counts.

    Args:
        file: An .npz or .safetensors file with arrays Q, K and V of shape (n, d), (heads, n, d) or (layers, heads, n, d), and optionally causal and score_scale; docs/commands.md, Your own arrays.
        layer: Layer to read, from 0.
        head: Query head to read, from 0.
        causal: Row i sees keys 0 to i only, also where the file does not say so.
        n_keys: Number of keys of a random head.
        d_head: Numbers per key of a random head.
        index_heads: Heads of a random indexer, which scores keys by a weighted sum of ReLUs, in place of a random head.
        indexer: The indexer of the file's layer, which scores keys for all of its heads, in place of a head.
        key_bits: Bits per number of a key, 2 to 16.
        query_bits: Bits per number of a query, 2 to 16.
        weight_bits: Bits per weight of an index head, 2 to 16.
        data_access: How the circuit reaches the keys: qrom, qroam, qroam-few-qubits, qroam-shallow, qroam-dirty, bucket-brigade, bucket-brigade-wide, one-hot, qram.
        keys_per_query: Keys that one oracle call tests, at most half of those in view.
        words_at_once: Data access one-hot: keys loaded and scored side by side.
        read_first: Keys from the first one on that are read before the others are searched.
        read_last: Keys up to the last one that a row sees, read before the others are searched.
        seed: Seed of all draws, 0 or more.
        row: Row of the file's head; the last one by default.
        n_marked: Marked keys of that row; 16. With a file only.
        score_method: How the score is added up: shared-sums, plain-heap, quantum-query, in-place.
        Q: Queries, shape (n, d); or a head or indexer that was loaded. None: the head that `file` or sizes choose.
        K: Keys, shape (n, d).
        V: Values, shape (n, m).

    Raises:
        InputError: an unknown name, a row that is not searched, or more keys than can be run gate by gate.
    """

def write_report(
    requests: RowRequest | list[RowRequest],
    output: str | Path,
    *,
    shared_reference: bool = False,
    force: bool = False,
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
