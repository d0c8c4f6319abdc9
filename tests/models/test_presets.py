import pytest

from groverattn.errors import InputError
from groverattn.models.presets import PRESETS, preset


def test_there_are_seventeen_and_one_is_synthetic() -> None:
    assert len(PRESETS) == 17
    assert [name for name, row in PRESETS.items() if "synthetic" in row.note] == ["1m-context-synthetic"]


@pytest.mark.parametrize("row", PRESETS.values(), ids=str)
def test_every_preset_is_a_shape_with_a_source(row) -> None:
    shape = row.shape(key_bits=8, query_bits=8)
    assert (shape.n_keys, shape.d_head, shape.n_marked) == (row.n_keys, row.d_head, row.n_marked)
    assert row.source
    assert row.note
    assert row.kv_heads is None or row.group_size * row.kv_heads == row.query_heads


def test_groups_and_searches() -> None:
    assert [preset(name).group_size for name in ("gpt2", "llama3.1-405b", "deepseek-v3")] == [1, 16, 128]
    assert preset("gpt2").n_searches == 12 * 12 * 1024


def test_only_mla_reads_other_numbers_than_those_of_a_score() -> None:
    compressed = {name: row.key_numbers for name, row in PRESETS.items() if row.key_numbers != row.d_head}
    assert compressed == {name: 576 for name, row in PRESETS.items() if row.kv_heads is None}
    assert list(compressed) == ["deepseek-v3", "glm-5.2"]


@pytest.mark.parametrize(
    ("typo", "meant"), [("llama3-70b", "llama3.1-70b"), ("GPT2", "gpt2"), ("mistral", "mistral-7b")]
)
def test_the_nearest_names_are_offered(typo, meant) -> None:
    with pytest.raises(InputError, match=rf"did you mean .*{meant}"):
        preset(typo)


def test_a_name_like_no_other() -> None:
    with pytest.raises(InputError, match="choose one of the names above"):
        preset("@@@@@@@@")
