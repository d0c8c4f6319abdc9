"""TOML keys of very many dotted parts, in every reader of TOML from outside."""

import tracemalloc

import pytest

from groverattn.errors import InputError
from groverattn.files.toml_text import PARTS_MAX, entries_of_toml
from groverattn.models.k_laws import read_k_law
from groverattn.physical.machines.hardware import hardware
from groverattn.sweep.study_file import read_study


def dotted(parts: int, part: str = "a", dot: str = ".") -> str:
    return dot.join([part] * parts)


@pytest.mark.parametrize("part", ["a", "long-name_1", '"quoted . name"', "'it is'"])
@pytest.mark.parametrize("form", ["{} = 1\n", "[{}]\n", "[[{}]]\n", "x = {{ {} = 1 }}\n"])
@pytest.mark.parametrize("dot", [".", " . ", "\t.  "])
def test_as_many_parts_as_are_allowed_and_one_more(form, part, dot):
    assert entries_of_toml(form.format(dotted(PARTS_MAX, part, dot)))
    with pytest.raises(ValueError, match=f"more than {PARTS_MAX} dotted parts \\(at line 2\\)"):
        entries_of_toml("\n" + form.format(dotted(PARTS_MAX + 1, part, dot)))


def test_text_of_ordinary_files_is_parsed():
    text = "# see 1.2.3, and so on ... and on" + "." * 500 + '\nsource = "arXiv:1905.09749, v1.2.3"\nx = [1.5, 2.25]\n'
    assert entries_of_toml(text) == {"source": "arXiv:1905.09749, v1.2.3", "x": [1.5, 2.25]}


@pytest.mark.parametrize(
    "text", [dotted(60_000), "a" * 120_000, "a." * 31 + " b" * 60_000, '"' * 120_000, "'a" * 60_000]
)
def test_the_look_takes_no_time_and_no_memory(text):
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"\w"):
        entries_of_toml(text)
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()


def test_every_reader_refuses_them(tmp_path):
    path = tmp_path / "dotted.toml"
    path.write_text('kind = "estimate"\n' + dotted(10_000) + " = 1\n")
    for read in (read_study, lambda path: hardware(str(path)), read_k_law):
        with pytest.raises(InputError, match="dotted parts"):
            read(path)
