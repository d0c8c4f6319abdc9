"""The lines of `groverattn estimate`: what they name, and where they break."""

import itertools
import re

import pytest

from groverattn.estimation.answer import Answer, row_text
from groverattn.estimation.estimate import estimate
from groverattn.models.presets import PRESETS
from groverattn.row.request import RowRequest
from groverattn.show.layout import phrases, wrapped
from groverattn.show.terminal import text_of


@pytest.fixture(scope="module")
def answer():
    return Answer(estimate(RowRequest.of(preset="toy")))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_break_between_phrases(answer, width):
    lines = text_of(answer.blocks(), width).partition("\n\n")[0].splitlines()
    assert max(map(len, lines)) <= width
    assert all(line.endswith((";", ",", ":")) for line, after in itertools.pairwise(lines) if after[0] == " ")
    assert len(lines) == {60: 9, 80: 5, 120: 5}[width]


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_row_of_a_preset_breaks_inside_a_phrase(name, width):
    lines = wrapped(phrases(row_text(RowRequest.of(preset=name))), width)
    assert all(len(line) <= width for line in lines)
    assert all(line.endswith((";", ",", ":")) for line in lines[:-1])


def test_it_says_what_one_is_and_which_time_a_gpu_takes(answer):
    text = " ".join(text_of(answer.blocks(), 120).split())
    assert re.search(r"15 iterates of \S+ ms each \(\d+ rows on a GPU\), set by factories A row", text)
    assert re.search(r"GPU \S+ us, H100 decode top-k fp16; batched \S+ ps, B200 prefill \w+", text)
    assert "A batched GPU time shares the work of many rows, and nothing is selected in it." in text
    assert "an iterate is one call of the oracle" in text


def test_the_crossover_is_told_apart_from_the_lower_bound_of_the_best_circuit(answer):
    text = " ".join(text_of(answer.blocks(), 120).split())
    assert "no crossover up to n = 2^56" in text
    said = "Up to n = 2^56 there is no crossover with this data access, even if gates and factories took no time"
    assert f"{said};" in text  # beyond, nothing is known: this row does not gain
    assert "groverattn crossover has the same lower bound for the best circuit at each n" in text


def test_a_crossover_beyond_the_range_is_said_as_verbose_does():
    result = estimate(RowRequest.of(preset="llama3.1-8b", data_access="bucket-brigade", unload="again"))
    log2 = result.crossover.slowest.log2_extrapolated
    assert log2 is not None
    text = " ".join(text_of(Answer(result).blocks(), 120).split())
    assert f"took no time (extrapolated, it comes near n = 2^{log2:.0f});" in text
    assert f"near n = 2^{log2:.0f}" in " ".join(text_of(result.blocks(), 120).split())
