import pytest

from groverattn.costs.classical import CLASSICAL_MACHINES, classical_lines
from groverattn.problem.errors import InputError


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


def test_causal_halves_prefill_only():
    full, causal = (_times_us(n_keys=4096, d_head=64, causal=causal) for causal in (False, True))
    for name, time_us in full.items():
        assert causal[name] == time_us / (2 if "prefill" in name else 1)


def test_a_group_shares_the_keys_of_decode_only():
    single, grouped = (_times_us(n_keys=4096, d_head=64, gqa_group=group) for group in (1, 4))
    for name, time_us in single.items():
        assert grouped[name] == time_us / (4 if "decode" in name else 1)


def test_every_rate_has_a_source():
    for machine in CLASSICAL_MACHINES:
        assert "arXiv:" in machine.source or "vendor figure, second-hand" in machine.source


@pytest.mark.parametrize("sizes", [(0, 64, 1), (64, 0, 1), (64, 64, 0)])
def test_sizes_below_one(sizes):
    with pytest.raises(InputError, match="at least 1"):
        classical_lines(*sizes)
