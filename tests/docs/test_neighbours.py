"""What the neighbours of the paper would cost on our loads, as docs/paper.md prints it."""

from pathlib import Path

import pytest

from tests.published.neighbours import Access, attention_approximation, quantum_transformer, sieve_search

N_KEYS, D_HEAD = 131_072, 128
PAPER = " ".join((Path(__file__).parents[2] / "docs/paper.md").read_text("utf-8").split())


@pytest.fixture(scope="module")
def access():
    return Access.of(N_KEYS, D_HEAD)


def test_one_access(access):
    assert f"{access.toffoli:,} Toffolis and {access.load_s:.2f} s of reactions on `gidney-fowler-2018`" in PAPER
    assert f"`qram`, {access.qram_s * 1e6:.0f} us" in PAPER


@pytest.mark.parametrize(
    ("queries", "before"),
    [
        (sieve_search(N_KEYS), "At our sizes one search is"),
        (quantum_transformer(N_KEYS, D_HEAD), "One output vector is"),
        (attention_approximation(N_KEYS), "with eps, s and alpha of one it is"),
        (attention_approximation(N_KEYS, 128, 128, 0.01), "with eps = 0.01 and s = alpha = 128 (our assumption) it is"),
    ],
)
def test_what_a_neighbour_costs(access, queries, before):
    assert f"{before} {access.words(queries)}" in PAPER
