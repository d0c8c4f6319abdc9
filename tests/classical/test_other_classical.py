import pytest

from groverattn.classical.lines import ClassicalLine, classical_lines
from groverattn.classical.published import other_classical_lines
from groverattn.errors import InputError


def _named(n_keys, d_head, start):
    return next(line for line in other_classical_lines(n_keys, d_head) if line.name.startswith(start))


def test_no_other_line_can_be_taken_for_a_gpu_line():
    assert {line.kind for line in classical_lines(1024, 64)} == {"prefill", "decode"}
    for line in other_classical_lines(1024, 64):
        assert line.kind in ("operations", "index")
        assert not isinstance(line, ClassicalLine)


def test_operations_of_a_row_are_half_the_flop_of_its_scores():
    line = _named(4096, 64, "all inner products")
    assert (line.multiply_adds, line.time_s_per_row, line.exact) == (4096 * 64, None, True)


def test_faiss_at_the_sizes_it_was_measured_at():
    # benchs/README.md of faiss: 0.715 s (k = 1) to 0.761 s (k = 128) for 10,000 queries on SIFT1M.
    line = _named(1_000_000, 128, "FAISS")
    assert 71.5 <= line.time_s_per_row * 1e6 <= 76.1
    assert line.exact


def test_an_exact_scan_is_carried_over_with_n_d_and_says_so():
    once, longer = _named(4096, 64, "FAISS"), _named(3 * 4096, 2 * 64, "FAISS")
    assert longer.time_s_per_row == pytest.approx(6 * once.time_s_per_row)
    assert "our assumption" in once.scaling


def test_graphs_are_not_exact_and_not_carried_over():
    graphs = [line for line in other_classical_lines(1024, 64) if line.kind == "index" and not line.exact]
    assert graphs == [line for line in other_classical_lines(1_000_000, 128) if not line.exact]
    assert [line.scaling.startswith("none") for line in graphs] == [True] * 3
    assert all("n = " in line.measured_at for line in graphs)


def test_a_graph_of_a_hundred_times_more_keys_is_a_few_times_slower():
    small, large = (_named(1024, 64, f"HNSW graph, {where}") for where in ("one", "Milvus"))
    assert 1 < large.time_s_per_row / small.time_s_per_row < 10


def test_every_line_has_a_source():
    for line in other_classical_lines(1024, 64):
        assert "arXiv:" in line.source or ".md" in line.source or "second-hand" in line.source


def test_sizes_below_one():
    with pytest.raises(InputError, match="at least 1"):
        other_classical_lines(0, 64)
