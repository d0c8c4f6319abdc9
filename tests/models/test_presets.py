"""The models that come with the package: what each searches, by hand, and where every field is from."""

import attrs
import pytest

from groverattn.errors import InputError
from groverattn.models.preset import CITED, OURS, READ, Preset
from groverattn.models.presets import PRESETS, PresetList, preset, refusals
from groverattn.row.request import RowRequest

OF_HEADS = {"layers": 32, "query_heads": 32, "kv_heads": 8, "d_head": 128, "n_keys": 131072, "n_marked": 512}
INDEXER = {"searches": "indexer", "index_heads": 64, "index_dim": 128}


def model(**fields):
    return Preset(**{"name": "mine", "note": "a note", "source": "our choice"} | OF_HEADS | fields)


def test_names() -> None:
    assert len(PRESETS) == 29
    assert list(PRESETS) == sorted(PRESETS)
    assert [name for name, row in PRESETS.items() if "synthetic" in row.note] == ["1m-context-synthetic"]


def test_a_file_is_read_when_its_model_is_asked_for(tmp_path) -> None:
    folder = type(PRESETS)(PRESETS.folder)
    assert "gpt2" in folder
    assert len(folder) == len(PRESETS)
    assert folder._known == {}
    assert folder["gpt2"] is folder["gpt2"]
    assert list(folder._known) == ["gpt2"]


@pytest.mark.parametrize("name", PRESETS)
def test_every_field_has_a_source(name) -> None:
    row = PRESETS[name]
    assert row.name == name
    assert row.note
    assert row.source
    needed = {"layers", "query_heads", "kv_heads", "d_head", "n_keys", "n_marked", "k"}
    assert needed <= row.sources.keys()
    for source in row.sources.values():
        assert source.text
        assert source.checked in (READ, CITED, OURS)
    assert (row.sources["n_marked"].checked == OURS) == (row.k == "assumed")
    given = {field.name for field in attrs.fields(Preset) if field.default is not attrs.NOTHING} & row.sources.keys()
    assert row.key_numbers == row.d_head or "key_numbers" in given


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_shape_and_a_request(name) -> None:
    row = PRESETS[name]
    shape, request = row.shape(key_bits=8, query_bits=8), RowRequest.of(preset=name)
    assert request.shape == shape
    assert (shape.n_keys, shape.d_head, shape.n_marked) == (row.keys_in_view, row.score_numbers, row.n_marked)
    assert (request.layers, request.query_heads) == (row.rows[0].layers, row.rows[0].heads)
    assert row.kv_heads is None or row.query_heads % row.kv_heads == 0
    assert sum(kind.layers for kind in row.rows) <= row.layers


@pytest.mark.parametrize(
    ("name", "per_token", "in_view", "k"),
    [
        ("deepseek-v3", 61 * 128, 131_072, 2048),  # every head of every layer, to which no k was given
        ("deepseek-v3.2", 61, 131_072, 2048),  # one indexer in each layer
        ("deepseek-v4-flash", 21, 262_144, 512),  # 43 layers - 2 with a window - 20 that pool by 128; 2^20 / 4
        ("deepseek-v4-pro", 30, 262_144, 1024),  # every other one of layers 2 to 60
        ("glm-5", 78, 202_752, 2048),
        ("glm-5.2", 21, 1_048_576, 2048),  # layers 0, 1, 2 and every fourth up to 74
        ("glm5-next", 11, 65_536, 128),  # every fourth of 45 layers; 2^20 / 16 pooled keys, 2,048 / 16 of them
        ("mistral-large-4", 72, 1_048_576, 2048),
        ("kimi-k3", 24 * 96, 1_048_576, 2048),
        ("qwen3-next", 12 * 16, 262_144, 1024),
        ("gemma-3-27b", 62 * 32, 131_072, 512),  # the windows of 1,024 keys are searched too
        ("gpt-oss-120b", 18 * 64, 131_072, 512),  # those of 128 are not
        ("mimo-v2-flash", 9 * 64, 131_072, 512),
        ("llama4-scout", 48 * 40, 10_485_760, 2048),
        ("mistral-7b", 32 * 32, 4096, 64),  # every row sees a window
    ],
)
def test_what_a_token_searches(name, per_token, in_view, k) -> None:
    row = preset(name)
    assert (row.rows_per_token, row.keys_in_view, row.n_marked) == (per_token, in_view, k)


def test_schedules_by_the_rules_of_their_sources() -> None:
    """GLM-5.2 has index_topk_freq 4 and offset 3; DeepSeek-V4 takes turns; others search in every n-th layer."""
    assert preset("glm-5.2").search_layers == sum(max(i - 2, 0) % 4 == 0 for i in range(78))
    assert preset("glm5-next").search_layers == sum(i % 4 == 3 for i in range(45))
    assert preset("deepseek-v4-pro").search_layers == len(range(2, 61, 2))
    assert preset("deepseek-v4-flash").search_layers == len(range(2, 43, 2))
    assert preset("qwen3-next").search_layers == sum((i + 1) % 4 == 0 for i in range(48))
    assert preset("gemma-3-27b").search_layers == sum((i + 1) % 6 == 0 for i in range(62))
    assert preset("mimo-v2-flash").search_layers == sum(i == 0 or (i + 1) % 6 == 0 for i in range(48))
    assert preset("gpt-oss-120b").search_layers == sum((i + 1) % 2 == 0 for i in range(36))
    assert preset("llama4-scout").search_layers == sum((i + 1) % 4 == 0 for i in range(48))
    assert preset("kimi-k3").search_layers == len({*range(4, 93, 4), 93})


def test_only_a_model_that_chooses_its_keys_has_a_trained_k() -> None:
    trained = {name for name, row in PRESETS.items() if row.k == "trained"}
    assert trained == {name for name, row in PRESETS.items() if row.searches == "indexer"}
    assert len(trained) == 7


def test_groups_and_searches() -> None:
    groups = [preset(name).group_size for name in ("gpt2", "llama3.1-405b", "deepseek-v3", "deepseek-v3.2")]
    assert groups == [1, 16, 128, 1]
    assert preset("gpt2").n_searches == 12 * 12 * 1024
    assert preset("glm5-next").n_searches == 11 * 1_048_576  # one row a token, not one for each pooled key


def test_mla_reads_the_compressed_key_and_an_indexer_its_own() -> None:
    stored = {name: RowRequest.of(preset=name).key_numbers for name in PRESETS}
    of_mla = {"deepseek-v3", "kimi-k2", "kimi-k3"}
    assert {name: numbers for name, numbers in stored.items() if numbers is not None} == dict.fromkeys(of_mla, 512 + 64)


def test_a_window_that_is_looked_for_whole_is_read() -> None:
    kinds = model(window=512, local_layers=16).rows
    assert [(kind.what, kind.layers, kind.n_keys, kind.searched) for kind in kinds] == [
        ("all keys", 16, 131_072, True),
        ("window", 16, 512, False),
    ]
    assert model(window=513, local_layers=16).rows[1].searched
    assert model(chunk=1 << 20, local_layers=32).rows[0].n_keys == 131_072  # no more than there are


def test_a_pooled_row_has_as_many_rows_as_tokens() -> None:
    request = RowRequest.of(preset="glm5-next")
    assert (request.shape.n_keys, request.pool, request.n_tokens) == (65_536, 16, 1_048_576)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"layers": 0}, "layers = 0"),
        ({"layers": 2.5}, "layers = 2.5"),
        ({"kv_heads": 5}, "multiple of kv_heads"),
        ({"searches": "both"}, "heads or indexer"),
        ({"k": "guessed"}, "trained or assumed"),
        ({"searches": "indexer"}, "both sizes for an indexer"),
        ({"searches": "indexer", "index_heads": 64}, "both sizes for an indexer"),
        ({"index_heads": 64, "index_dim": 128}, "neither for heads"),
        ({"local_layers": 3}, "a window or a chunk"),
        ({"window": 128}, "a window or a chunk"),
        ({"window": 128, "chunk": 128, "local_layers": 3}, "a window or a chunk"),
        ({"search_layers": 33}, "together 1 to 32"),
        ({"search_layers": 0}, "together 1 to 32"),
        ({"search_layers": 20, "window": 128, "local_layers": 13}, "together 1 to 32"),
        ({"n_marked": 131_072}, "n_marked = 131072; allowed: 1 to 131071"),
        ({"pool": 256}, "n_marked = 512; allowed: 1 to 511"),
        ({"window": 512, "local_layers": 32}, "n_marked = 512; allowed: 1 to 511"),
    ],
)
def test_sizes_that_contradict_each_other(fields, words) -> None:
    with pytest.raises(InputError, match=words):
        model(**fields)


def test_beside_an_indexer_a_window_is_read_whole() -> None:
    kinds = model(window=4096, local_layers=2, **INDEXER).rows
    assert [(kind.heads, kind.searched) for kind in kinds] == [(1, True), (32, False)]


@pytest.mark.parametrize(
    ("typo", "meant"), [("llama3-70b", "llama3.1-70b"), ("GPT2", "gpt2"), ("mistral", "mistral-7b")]
)
def test_the_nearest_names_are_offered(typo, meant) -> None:
    with pytest.raises(InputError, match=rf"did you mean .*{meant}"):
        preset(typo)


def test_a_name_like_no_other() -> None:
    with pytest.raises(InputError, match="choose one of the allowed names"):
        preset("@@@@@@@@")


def test_a_model_that_is_not_priced_says_why() -> None:
    assert list(refusals()) == ["minimax-m3"]
    with pytest.raises(InputError, match="an OR over 128 thresholds"):
        RowRequest.of(preset="minimax-m3")


def test_the_list_has_fields_and_what_follows_from_them() -> None:
    printed = PresetList().as_json()
    by_name = {row["name"]: row for row in printed["presets"]}
    assert list(by_name) == list(PRESETS)
    assert by_name["glm-5.2"]["rows_per_token"] == 21
    assert by_name["gpt-oss-120b"]["rows"][1] == {
        **{"what": "window", "layers": 18, "heads": 64, "n_keys": 128, "n_marked": 128, "searched": False}
    }
    assert by_name["glm-5.2"]["sources"]["search_layers"]["checked"] == CITED
    assert [row["name"] for row in printed["refused"]] == ["minimax-m3"]
    text = str(PresetList())
    assert "21 of 78" in text
    assert "minimax-m3 is not priced" in " ".join(text.split())
