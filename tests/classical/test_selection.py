"""Selection: published kernels, the rule that carries them over, and the lines with it."""

import itertools

import pytest

from groverattn.classical.gpus import GPUS
from groverattn.classical.lines import (
    SCORES,
    TOP_K_ALONE,
    TOP_K_BATCHED,
    WHOLE_ROW,
    KeyMemory,
    classical_lines,
    indexer_lines,
    slowest_of,
)
from groverattn.classical.selection import ALONE, BATCHED, OTHERS, SCORE_BYTES, alone_s, batched_s, bytes_s
from groverattn.classical.sparse_attention import published_systems
from groverattn.errors import InputError

H100, B200 = (next(gpu for gpu in GPUS if gpu.label == label) for label in ("H100 fp8", "B200 fp8"))
SIZES = [*range(1, 20_000, 997), *(1 << log2 for log2 in range(13, 40)), (1 << 18) + 1]


def test_a_row_alone_at_the_published_sizes():
    """Never less than published, and at most 2 % more: a larger row is not faster."""
    for kernel in ALONE:
        assert 1 <= alone_s(B200, kernel.n_scores, kernel.k) / kernel.time_s <= 1.02


def test_a_batch_is_the_fastest_published_score():
    """Exact at 64 rows of 2^20 scores, and less than published for the others."""
    ratios = [batched_s(B200, kernel.n_scores, kernel.k) / kernel.time_s_per_row for kernel in BATCHED]
    assert max(ratios) == pytest.approx(1)
    assert min(ratios) > 0.4
    assert [f"{kernel.time_s_per_row * 1e6:.2g}" for kernel in BATCHED] == ["0.38", "0.22", "1.3"]


@pytest.mark.parametrize("gpu", GPUS, ids=lambda gpu: gpu.label)
@pytest.mark.parametrize("time_s", [alone_s, batched_s])
def test_more_scores_take_no_less_and_never_less_than_their_bytes(gpu, time_s):
    times = [time_s(gpu, n, 512) for n in sorted(SIZES)]
    assert all(one <= more for one, more in itertools.pairwise(times))
    for n in SIZES:
        assert time_s(gpu, n, 512) >= bytes_s(gpu, n, 512) > 4 * n / gpu.bytes_per_s
        assert alone_s(gpu, n, 512) >= batched_s(gpu, n, 512)


def test_at_last_a_row_alone_takes_what_a_batch_does():
    assert alone_s(B200, 1 << 50, 8) == pytest.approx(batched_s(B200, 1 << 50, 8), rel=1e-4)


def test_bytes_bind_where_a_kernel_would_be_faster_than_the_memory():
    slow = type(H100)("slow", "fp8", 1, 1e15, 1e12, "test", "test")
    assert batched_s(slow, 1 << 20, 1) == 4 * ((1 << 20) + 1) / 1e12


def lines(n_keys=131_072, n_selected=512, **sizes):
    return {line.name: line for line in classical_lines(n_keys, 128, 4, n_selected=n_selected, **sizes)}


def test_lines_with_a_selection_are_added_and_the_others_stay():
    plain = classical_lines(131_072, 128, 4)
    assert tuple(lines().values())[: len(plain)] == plain
    assert {line.includes for line in plain} == {WHOLE_ROW, SCORES}
    assert {line.includes for line in lines().values() if line.selects} == {TOP_K_ALONE, TOP_K_BATCHED}


@pytest.mark.parametrize("gpu", GPUS, ids=lambda gpu: gpu.label)
def test_a_selecting_line_is_scores_and_selection(gpu):
    found, memory = lines(), KeyMemory(131_072, 128, 4)
    decode = found[f"{gpu.name} decode top-k {gpu.number_format}"]
    scores = found[f"{gpu.name} decode {gpu.number_format}"]
    assert decode.time_s_per_row == pytest.approx(scores.time_s_per_row + alone_s(gpu, 131_072, 512))
    prefill = found[f"{gpu.name} prefill top-k {gpu.number_format}"]
    whole, half = memory.prefill(gpu), memory.prefill(gpu, with_values=False)
    assert (whole.arithmetic_s, whole.bandwidth_s) == (2 * half.arithmetic_s, 2 * half.bandwidth_s)
    assert prefill.time_s_per_row == pytest.approx(half.time_s + batched_s(gpu, 131_072, 512))
    assert {decode.bound_by, prefill.bound_by} == {"selection"}
    assert "our assumption" in decode.source
    assert "our assumption" in prefill.source


def test_a_causal_prefill_selects_from_the_half_that_a_row_sees():
    whole, causal = lines(65_536), lines(131_072, causal=True)
    prefill = [name for name, line in whole.items() if line.kind == "prefill"]
    assert any(whole[name].selects for name in prefill)
    for name in prefill:
        assert causal[name].time_s_per_row == pytest.approx(whole[name].time_s_per_row)


def test_both_ends_say_what_they_leave_out():
    found = lines().values()
    slowest, fastest = slowest_of(list(found)), min(found, key=lambda line: line.time_s_per_row)
    assert slowest.words == "H100 decode top-k fp16 (scores and exact top-k of one row alone)"
    assert fastest.words == "B200 prefill bf16 (whole attention row; nothing is selected)"
    assert slowest_of(list(found), selecting=False).name == "H100 decode fp16"
    # the numbers of docs/classical.md
    assert f"{slowest.time_s_per_row * 1e6:.1f}" == "22.4"
    assert f"{lines()['B200 prefill top-k bf16'].time_s_per_row * 1e6:.2f}" == "0.19"


def test_prefill_of_an_indexer_is_what_deepgemm_reaches():
    """960 us for 2,048 rows of 65,536 keys, half seen (SGLang 11989): 1,145 TFLOP/s, where the H100's rate is 1,200."""
    measured_s = 960e-6 / 2_048
    seen = next(line for line in indexer_lines(65_536, 64, 128, 2_048) if line.name == "H100 prefill fp8")
    assert seen.time_s_per_row / 2 == pytest.approx(measured_s, rel=0.06)
    assert 2 * 64 * 128 * 65_536 / 2 / measured_s == pytest.approx(1_145e12, rel=0.01)


def test_an_indexer_reads_one_key_for_all_heads():
    one, many = ({line.name: line for line in indexer_lines(131_072, heads, 128, 2_048)} for heads in (1, 64))
    for gpu in (H100, B200):
        name = f"{gpu.name} decode fp8"
        assert many[name].time_s_per_row == one[name].time_s_per_row == 131_072 * 128 / gpu.bytes_per_s
        assert one[f"{gpu.name} decode top-k fp8"].selects
    wide = {line.name: line for line in indexer_lines(131_072, 1_024, 128, 2_048)}["B200 decode fp8"]
    assert (wide.bound_by, wide.time_s_per_row) == ("arithmetic", 2 * 1_024 * 128 * 131_072 / B200.flop_per_s)


def test_every_kernel_and_every_system_has_a_source():
    for kernel in (*ALONE, *BATCHED, *OTHERS):
        assert "pull request" in kernel.source
        assert kernel.status in ("merged", "open", "closed")
        assert 5e-12 > kernel.time_s_per_score / (1 if kernel.rows > 1 else 500) > 1e-13
    for system in published_systems():
        assert "arXiv:" in system.source or "/" in system.source
        assert system.status in (
            "merged", "open", "README", "comment", "data file", "abstract", "second-hand"
        )  # fmt: skip
    assert {system.exact for system in published_systems()} == {True, False}


@pytest.mark.parametrize("sizes", [(0, 1), (1, 0)])
def test_sizes_below_one(sizes):
    with pytest.raises(InputError, match="at least 1"):
        alone_s(H100, *sizes)


def test_no_more_indices_are_written_than_there_are_scores():
    for gpu in (H100, B200):
        assert bytes_s(gpu, 100, 1000) == bytes_s(gpu, 100, 100) == SCORE_BYTES * 200 / gpu.bytes_per_s
