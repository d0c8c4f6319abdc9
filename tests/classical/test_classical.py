import itertools
import math

import attrs
import pytest

from groverattn.classical.gpus import GPUS, Gpu
from groverattn.classical.lines import KeyMemory, classical_lines, whole_model_times
from groverattn.errors import InputError
from groverattn.models.presets import PRESETS, preset

H100, B200 = (next(gpu for gpu in GPUS if gpu.label == label) for label in ("H100 fp16", "B200 bf16"))
# The GPU of FlashMLA's analysis (docs/20250422-new-kernel-deep-dive.md): 865 TFLOP/s throttled, 3.35 TB/s.
H800 = Gpu("H800", "bf16", 2, 865e12, 3.35e12, "FlashMLA", "FlashMLA")


def ridge(gpu):
    """FLOP per byte from which on arithmetic takes longer than reading."""
    return gpu.flop_per_s / gpu.bytes_per_s


def _times_us(**sizes):
    return {line.name: line.time_s_per_row * 1e6 for line in classical_lines(**sizes)}


@pytest.mark.parametrize(
    ("name", "printed_us"),
    [
        ("H100 prefill fp16", "0.69"),
        ("B200 prefill bf16", "0.32"),
        ("H100 decode fp16", "76"),
        ("B200 decode fp8", "16"),
    ],
)
def test_a_million_keys_of_128_numbers(name, printed_us):
    # 4 n d FLOP at 740 and 1613 TFLOP/s (arXiv:2407.08608, arXiv:2603.05451); n d s bytes at 3.35 and 8.0 TB/s.
    digits = 2 if "." in printed_us else 0
    assert f"{_times_us(n_keys=1_000_000, d_head=128)[name]:.{digits}f}" == printed_us


def test_prefill_is_bound_by_arithmetic_and_decode_by_bandwidth():
    for line in classical_lines(1_000_000, 128):
        assert line.bound_by == {"prefill": "arithmetic", "decode": "bandwidth"}[line.kind]


def test_causal_halves_prefill_only():
    full, causal = (_times_us(n_keys=4096, d_head=64, causal=causal) for causal in (False, True))
    for name, time_us in full.items():
        assert causal[name] == time_us / (2 if "prefill" in name else 1)


def test_a_group_shares_the_keys_of_decode_only():
    single, grouped = (_times_us(n_keys=4096, d_head=64, gqa_group=group) for group in (1, 4))
    for name, time_us in single.items():
        assert grouped[name] == time_us / (4 if "decode" in name else 1)


@pytest.mark.parametrize("gpu", GPUS, ids=lambda gpu: gpu.label)
def test_both_times_meet_at_the_ridge(gpu):
    at_ridge = gpu.roofline(ridge(gpu) * gpu.bytes_per_number, numbers=1)
    assert at_ridge.arithmetic_s == pytest.approx(at_ridge.bandwidth_s)
    below, above = (gpu.roofline(share * ridge(gpu) * gpu.bytes_per_number, 1) for share in (0.9, 1.1))
    assert (below.bound_by, above.bound_by) == ("bandwidth", "arithmetic")
    assert below.time_s == at_ridge.bandwidth_s < above.time_s


def test_a_short_prefill_waits_for_the_memory():
    # Q, K, V and O once: 4 d numbers a row against 4 n d FLOP, so n FLOP a number
    n_keys = math.ceil(ridge(H100) * H100.bytes_per_number)
    assert KeyMemory(n_keys - 1, 64).prefill(H100).bound_by == "bandwidth"
    assert KeyMemory(n_keys, 64).prefill(H100).bound_by == "arithmetic"


@pytest.mark.parametrize("kind", ["prefill", "decode"])
def test_a_row_takes_longer_with_more_keys_and_with_longer_keys(kind):
    def times(*sizes):
        return [line.time_s_per_row for line in classical_lines(*sizes) if line.kind == kind]

    small, more, longer = times(4096, 64), times(8192, 64), times(4096, 128)
    assert all(a < b for a, b in zip(small, more, strict=True))
    assert all(a < b for a, b in zip(small, longer, strict=True))


def test_a_larger_group_never_slows_decode_until_arithmetic_binds_and_then_changes_nothing():
    times = [KeyMemory(4096, 128, group).decode(B200) for group in range(1, 400)]
    assert all(a.time_s >= b.time_s for a, b in itertools.pairwise(times))
    bound = [time.bound_by for time in times]
    first = bound.index("arithmetic")
    assert set(bound[first:]) == {"arithmetic"}
    assert times[first].time_s == times[-1].time_s
    assert first + 1 == math.ceil(ridge(B200))  # 2 g FLOP for 2 bytes


def test_mla_reads_one_compressed_key_for_all_heads():
    sizes = preset("deepseek-v3")
    compressed = KeyMemory(sizes.n_keys, sizes.d_head, sizes.group_size, sizes.key_numbers)
    own_keys = KeyMemory(sizes.n_keys, sizes.d_head)
    for gpu in GPUS:
        decode = compressed.decode(gpu)
        if decode.bound_by == "bandwidth":
            assert own_keys.decode(gpu).time_s / decode.time_s == pytest.approx(192 * 128 / 576)
        assert own_keys.prefill(gpu) == compressed.prefill(gpu)  # the keys of every head are expanded
    assert f"{192 * 128 / 576:.0f}" == "43"


def test_mla_is_bound_by_arithmetic_where_128_heads_ask_more_than_the_ridge():
    # 2 * 128 FLOP for every number that is read
    bound_by = {gpu.label: KeyMemory(131_072, 192, 128, 576).decode(gpu).bound_by for gpu in GPUS}
    above_ridge = {gpu.label: 256 / gpu.bytes_per_number > gpu.flop_per_s / gpu.bytes_per_s for gpu in GPUS}
    assert {label: bound == "arithmetic" for label, bound in bound_by.items()} == above_ridge
    assert set(above_ridge.values()) == {True, False}


def test_where_flashmla_becomes_bound_by_arithmetic():
    # FlashMLA, deep dive of 2025-04-22: the whole row is 2 h_q FLOP a byte, so from 865 / 3.35 / 2 = 128 heads on.
    heads = [KeyMemory(4096, 192, heads, 576).decode(H800, with_values=True).bound_by for heads in range(1, 200)]
    assert heads.index("arithmetic") + 1 == pytest.approx(128, rel=0.02)


def test_values_double_what_is_read_unless_the_keys_are_compressed():
    plain, compressed = KeyMemory(4096, 128, 4), KeyMemory(4096, 192, 128, 576)
    scores, row = plain.decode(H100), plain.decode(H100, with_values=True)
    assert (row.arithmetic_s, row.bandwidth_s) == (2 * scores.arithmetic_s, 2 * scores.bandwidth_s)
    scores, row = compressed.decode(H100), compressed.decode(H100, with_values=True)
    assert (row.arithmetic_s, row.bandwidth_s) == (2 * scores.arithmetic_s, scores.bandwidth_s)
    lines, whole_rows = (classical_lines(4096, 128, with_values=values) for values in (False, True))
    for line, whole_row in zip(lines, whole_rows, strict=True):
        assert whole_row.time_s_per_row == line.time_s_per_row * (2 if line.kind == "decode" else 1)


def memory_of(sizes, n_keys=None):
    stored = sizes.key_numbers if sizes.searches == "heads" else None
    n_keys = n_keys or sizes.keys_in_view
    return KeyMemory(n_keys, sizes.score_numbers, sizes.group_size, stored, sizes.index_heads)


def times_of(sizes, n_keys=None):
    return whole_model_times(memory_of(sizes, n_keys), sizes.rows[0].layers, sizes.rows[0].heads)


@pytest.mark.parametrize("name", ["gpt2", "llama3.1-8b", "deepseek-v3"])
def test_a_model_is_its_rows(name):
    sizes = preset(name)
    rows = classical_lines(sizes.n_keys, sizes.d_head, sizes.group_size, True, sizes.key_numbers)
    heads = sizes.layers * sizes.query_heads
    for row, model in zip(rows, times_of(sizes), strict=True):
        n_rows = sizes.n_keys if row.kind == "prefill" else 1
        assert model.time_s == pytest.approx(heads * n_rows * row.time_s_per_row)
        assert (model.kind, model.bound_by, model.source) == (row.kind, row.bound_by, row.source)


@pytest.mark.parametrize(("name", "bytes_per_token"), [("deepseek-v3", 70_272), ("llama3.1-405b", 516_096)])
def test_a_generated_token_reads_what_a_token_of_the_context_stores(name, bytes_per_token):
    # arXiv:2505.09343, Table 1, second-hand: 70 KB and 516 KB a token for keys and values of 2 bytes a number.
    memory_s = 1000 * bytes_per_token / H100.bytes_per_s
    sizes = preset(name)
    row = memory_of(sizes, 1000).decode(attrs.evolve(H100, flop_per_s=1e30), with_values=True)
    bandwidth_s = sizes.layers * sizes.query_heads * row.time_s
    assert bandwidth_s == pytest.approx(memory_s)


def test_a_prompt_grows_with_the_square_of_its_tokens_and_a_token_with_the_context():
    sizes = preset("llama3.1-8b")
    (prefill, decode), (longer_prefill, longer_decode) = (
        [next(each.time_s for each in times_of(sizes, n) if each.kind == kind) for kind in ("prefill", "decode")]
        for n in (10_000, 20_000)
    )
    assert longer_prefill == pytest.approx(4 * prefill)
    assert longer_decode == pytest.approx(2 * decode)
    memory = memory_of(sizes)
    assert memory.prefill(H100, causal=False).time_s == pytest.approx(2 * memory.prefill(H100, causal=True).time_s)
    assert memory.decode(H100, with_values=True).time_s == pytest.approx(2 * memory.decode(H100).time_s)


def test_an_indexer_reads_each_key_once_and_does_the_operations_of_all_heads():
    head, indexer = KeyMemory(4096, 128), KeyMemory(4096, 128, index_heads=64)
    for gpu in GPUS:
        one, row = head.decode(gpu), indexer.decode(gpu)
        assert (row.bandwidth_s, row.arithmetic_s) == (one.bandwidth_s, pytest.approx(64 * one.arithmetic_s))
        assert row.bandwidth_s == pytest.approx(4096 * 128 * gpu.bytes_per_number / gpu.bytes_per_s)
        assert indexer.decode(gpu, with_values=True) == row
        prefill = indexer.prefill(gpu)
        assert prefill.arithmetic_s == pytest.approx(2 * 64 * 4096 * 128 / gpu.flop_per_s)
        assert prefill.bandwidth_s == pytest.approx(65 * 128 * gpu.bytes_per_number / gpu.bytes_per_s)
    with pytest.raises(InputError, match="index_heads = 0"):
        KeyMemory(4096, 128, index_heads=0)


def test_every_preset_has_its_times():
    for sizes in PRESETS.values():
        assert all(time.time_s > 0 and time.source for time in times_of(sizes))


def test_every_rate_has_a_source():
    for gpu in GPUS:
        assert "arXiv:" in gpu.rate_source
        assert "vendor figure, second-hand" in gpu.bandwidth_source
    for line in classical_lines(1_000_000, 128):
        assert ("arXiv:" in line.source) == (line.bound_by == "arithmetic")


@pytest.mark.parametrize("sizes", [(0, 64), (64, 0), (64, 64, 0), (64, 64, 1, False, 0)])
def test_sizes_below_one(sizes):
    with pytest.raises(InputError, match="at least 1"):
        classical_lines(*sizes)


def test_no_token():
    with pytest.raises(InputError, match="n_keys = 0"):
        whole_model_times(KeyMemory(0, 64), layers=12, query_heads=12)


def test_a_window_of_all_keys_is_none():
    memory, layers = KeyMemory(4096, 64, 4), {"layers": 3, "query_heads": 8}
    plain = whole_model_times(memory, **layers)
    windowed = whole_model_times(memory, **layers | {"layers": 1}, window=4096, window_layers=2)
    assert [each.time_s for each in windowed] == pytest.approx([each.time_s for each in plain])
