"""Whole numbers as text: one rule for options, studies and the Python API."""

import pytest

import groverattn
from groverattn.errors import InputError
from groverattn.inputs import make
from groverattn.row.request import RowRequest
from groverattn.sweep.study_file import read_study
from groverattn.whole_numbers import whole, whole_of_text

FORMS = {
    "0": 0,
    "131072": 131072,
    "+7": 7,
    "-7": -7,
    "007": 7,
    "131,072": 131072,
    "1,048,576": 1 << 20,
    "10_000": 10_000,
    "128k": 1 << 17,
    "128K": 1 << 17,
    "1m": 1 << 20,
    "1M": 1 << 20,
    "2G": 2 << 30,
    "-1k": -1024,
    "1,024k": 1 << 20,
    "1e6": 10**6,
    "1E+6": 10**6,
    "2.5e3": 2500,
    "1.50e1": 15,
    "2^17": 1 << 17,
    "2**17": 1 << 17,
    "10^6": 10**6,
    "9" * 100: 10**100 - 1,
}


@pytest.mark.parametrize("text", FORMS)
def test_what_is_read(text):
    assert whole_of_text(text) == FORMS[text]


NOT_READ = ("", " 3", "3 ", "3.7", "1.5", "1.55e1", "1e-3", "1e400", "0x10", "1,5", "1,0000", ",131", "13,1072", "1__0")
ALSO_NOT = (
    "1_0",
    "k",
    "1.3k",
    "1kk",
    "1T",
    "--3",
    "+-3",
    "2^-1",
    "^17",
    "2^",
    "2^9999",
    "999^999",
    "1 000",
    "٣",
    "9" * 101,
)


@pytest.mark.parametrize("text", NOT_READ + ALSO_NOT)
def test_what_is_refused_with_examples(text):
    assert whole_of_text(text) is None
    with pytest.raises(InputError, match=r"128k, 1M, 1e6 or 2\^17 \(k is 1,024, M is 1,048,576, G is 2\^30\)"):
        whole("n_keys", text)


def test_a_request_and_a_study_read_the_same(tmp_path):
    request = RowRequest.of(n_keys="128k", d_head="128", n_marked="5e2", layers="1,000", keys_per_query="1k")
    assert (request.shape.n_keys, request.shape.n_marked, request.layers) == (1 << 17, 500, 1000)
    assert request.design.keys_per_query == "1024"
    study = tmp_path / "study.toml"
    study.write_text(
        'kind = "estimate"\n[fixed]\nd_head = 4\nn_marked = 3\n[grid]\nn_keys = ["64", "1k"]\n'
        '[[points]]\nn_keys = "2^20"\n'
    )
    read = read_study(study)
    assert [read.at(index)["n_keys"] for index in range(read.size)] == [64, 1024, 1 << 20]


def test_a_range_of_a_study_in_such_numbers(tmp_path):
    study = tmp_path / "study.toml"
    study.write_text(
        'kind = "estimate"\n[fixed]\nd_head = 4\nn_marked = 3\n[grid]\n'
        'n_keys = { from = "1k", to = "1M", factor = "1k" }\n'
    )
    read = read_study(study)
    assert [read.at(index)["n_keys"] for index in range(read.size)] == [1 << 10, 1 << 20]


def test_text_is_no_real_number():
    with pytest.raises(InputError, match="error_budget = '1e-2'; allowed: a number"):
        make(RowRequest, {"preset": "toy", "error_budget": "1e-2"})


def test_the_number_that_was_read_is_in_the_result():
    result = groverattn.estimate(n_keys="1k", d_head=4, n_marked=8)
    assert "n = 1,024" in str(result)
