"""TOML files of models: what is refused, and that the message names file and field."""

import pytest

from groverattn.errors import InputError
from groverattn.models.preset_file import read_preset, read_refusal

GOOD = """
note = "a note"

[heads]
layers = 2
query_heads = 4
kv_heads = 2
d_head = 8
source = "our choice"
checked = "ours"

[context]
n_keys = 64
n_marked = 3
source = "a paper"
checked = "cited"
"""


@pytest.fixture
def read(tmp_path):
    def write_and_read(text):
        path = tmp_path / "mine.toml"
        path.write_text(text, "utf-8")
        return read_preset(path)

    return write_and_read


def test_a_file(read) -> None:
    model = read(GOOD)
    assert (model.name, model.layers, model.kv_heads, model.n_keys) == ("mine", 2, 2, 64)
    assert model.source == "a paper"  # our own choices stand in the note
    assert model.source_of("n_keys") == "a paper (cited)"
    assert model.source_of("layers") == "our choice"
    assert model.source_of("pool") == model.source
    assert model.search_layers == 2


def test_mla(read) -> None:
    assert read(GOOD.replace("kv_heads = 2", 'kv_heads = "MLA"')).kv_heads is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("layers = 2", "layerz = 2", r"mine.toml: field 'layerz'.*did you mean layers"),
        ("layers = 2\n", "", "no layers"),
        ('note = "a note"', "", "no note"),
        ('note = "a note"', 'note = "  "', "no note"),
        ('note = "a note"', "note = 3", "note = 3"),
        ('note = "a note"', 'note = "a note"\npool = 2', "pool = 2 outside of a table"),
        ("n_keys = 64", "n_keys = 64\nlayers = 2", "layers twice"),
        ('source = "a paper"\n', "", r"\[context\] with source = None"),
        ('source = "a paper"', 'source = " "', r"\[context\] with source"),
        ('checked = "cited"', 'checked = "heard"', "checked = 'heard'"),
        ("n_keys = 64", 'n_keys = "many"', "mine.toml: n_keys = 'many'"),
        ("n_marked = 3", "n_marked = 64", "mine.toml: n_marked = 64; allowed: 1 to 63"),
        ("kv_heads = 2", "kv_heads = 3", "multiple of kv_heads"),
        ("[heads]", "[heads", "mine.toml: .*a TOML file"),
        ('note = "a note"', 'name = "yours"', "name = 'yours' outside of a table"),
    ],
)
def test_what_is_refused(read, old, new, words) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=words):
        read(GOOD.replace(old, new))


def test_no_file(tmp_path) -> None:
    with pytest.raises(InputError, match=r"none.toml: .*No such file"):
        read_preset(tmp_path / "none.toml")


def test_not_text(tmp_path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="a TOML file in UTF-8"):
        read_preset(path)


def test_a_refusal_has_a_reason(tmp_path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    with pytest.raises(InputError, match="no key refused"):
        read_refusal(path)
    path.write_text('refused = "too odd"\n' + GOOD)
    assert read_refusal(path)[1] == "too odd"
