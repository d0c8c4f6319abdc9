"""Configurations of models: the sizes of each family, and what is refused."""

import json

import pytest

from groverattn.errors import InputError
from groverattn.models.configuration.families import FAMILIES
from groverattn.models.configuration.model_config import FILE_BYTES_MAX, read_config
from groverattn.models.presets import preset
from groverattn.row.request import RowRequest

LLAMA = {
    "model_type": "llama",
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "hidden_size": 4096,
    "max_position_embeddings": 131072,
    "vocab_size": 128256,
}
DEEPSEEK = {
    "model_type": "deepseek_v32",
    "num_hidden_layers": 61,
    "num_attention_heads": 128,
    "num_key_value_heads": 128,
    "hidden_size": 7168,
    "kv_lora_rank": 512,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "index_topk": 2048,
    "index_n_heads": 64,
    "index_head_dim": 128,
    "max_position_embeddings": 163840,
}
GPT_OSS = {
    "model_type": "gpt_oss",
    "num_hidden_layers": 36,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "hidden_size": 2880,
    "head_dim": 64,
    "max_position_embeddings": 131072,
    "sliding_window": 128,
    "layer_types": ["sliding_attention", "full_attention"] * 18,
}
ENCODER = {"num_hidden_layers": 12, "num_attention_heads": 12, "hidden_size": 768, "max_position_embeddings": 512}
GEMMA = LLAMA | {"head_dim": 256, "hidden_size": 2560, "num_attention_heads": 8, "num_key_value_heads": 4}


@pytest.fixture
def config(tmp_path):
    def write(record):
        path = tmp_path / "config.json"
        path.write_text(record if isinstance(record, str) else json.dumps(record))
        return path

    return write


def sizes_of(model):
    return (model.layers, model.query_heads, model.kv_heads, model.d_head, model.n_keys, model.key_numbers)


# layers, heads, key heads, d, n, numbers stored per key
SIZES = {
    "llama": (LLAMA, (32, 32, 8, 128, 131072, 128)),
    "one key head for every head": (LLAMA | {"num_key_value_heads": None}, (32, 32, 32, 128, 131072, 128)),
    "d of its own": (LLAMA | {"head_dim": 64}, (32, 32, 8, 64, 131072, 64)),
    "mistral": (LLAMA | {"model_type": "mistral", "head_dim": 160}, (32, 32, 8, 160, 131072, 160)),
    "mixtral": (LLAMA | {"model_type": "mixtral", "sliding_window": None}, (32, 32, 8, 128, 131072, 128)),
    "qwen2": (LLAMA | {"model_type": "qwen2"}, (32, 32, 8, 128, 131072, 128)),
    "qwen3": (LLAMA | {"model_type": "qwen3", "head_dim": 128, "hidden_size": 2560}, (32, 32, 8, 128, 131072, 128)),
    "phi3": (LLAMA | {"model_type": "phi3"}, (32, 32, 8, 128, 131072, 128)),
    "smollm3": (LLAMA | {"model_type": "smollm3"}, (32, 32, 8, 128, 131072, 128)),
    "gemma": (GEMMA | {"model_type": "gemma"}, (32, 8, 4, 256, 131072, 256)),
    "gemma2": (GEMMA | {"model_type": "gemma2"}, (32, 8, 4, 256, 131072, 256)),
    "gemma3_text": (GEMMA | {"model_type": "gemma3_text"}, (32, 8, 4, 256, 131072, 256)),
    "gemma3": (
        {"model_type": "gemma3", "text_config": GEMMA | {"model_type": "gemma3_text"}, "hidden_size": "x"},
        (32, 8, 4, 256, 131072, 256),
    ),
    "glm4": (LLAMA | {"model_type": "glm4", "head_dim": 128, "num_key_value_heads": 2}, (32, 32, 2, 128, 131072, 128)),
    "gpt_oss": (GPT_OSS, (36, 64, 8, 64, 131072, 64)),
    "deepseek_v2": (DEEPSEEK | {"model_type": "deepseek_v2"}, (61, 128, None, 192, 163840, 576)),
    "deepseek_v3": (DEEPSEEK | {"model_type": "deepseek_v3"}, (61, 128, None, 192, 163840, 576)),
    "deepseek_v32": (DEEPSEEK, (61, 128, None, 192, 163840, 576)),
    "glm_moe_dsa": (
        DEEPSEEK | {"model_type": "glm_moe_dsa", "num_hidden_layers": 78, "qk_nope_head_dim": 192},
        (78, 128, None, 256, 163840, 576),
    ),
    "gpt2": (
        {"model_type": "gpt2", "n_layer": 12, "n_head": 12, "n_embd": 768, "n_positions": 1024, "n_ctx": 1024},
        (12, 12, 12, 64, 1024, 64),
    ),
    "gpt_neox": (ENCODER | {"model_type": "gpt_neox"}, (12, 12, 12, 64, 512, 64)),
    "bert": (ENCODER | {"model_type": "bert"}, (12, 12, 12, 64, 512, 64)),
    "roberta": (
        ENCODER | {"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1},
        (12, 12, 12, 64, 512, 64),
    ),
    "distilbert": (
        {"model_type": "distilbert", "n_layers": 6, "n_heads": 12, "dim": 768, "max_position_embeddings": 512},
        (6, 12, 12, 64, 512, 64),
    ),
}


def test_every_family_has_an_example():
    assert FAMILIES.keys() <= {record["model_type"] for record, _ in SIZES.values()} | {"gemma3_text"}


@pytest.mark.parametrize("name", SIZES)
def test_sizes(config, name):
    record, expected = SIZES[name]
    assert sizes_of(read_config(config(record)).preset({"n_marked": 7})) == expected


def test_the_sizes_of_presets(config):
    """Configurations as released have the sizes that the presets give, which come from papers."""
    for name, record in (("llama3.1-8b", LLAMA), ("gpt-oss-120b", GPT_OSS), ("gpt2", SIZES["gpt2"][0])):
        assert sizes_of(read_config(config(record)).preset({"n_marked": 7})) == sizes_of(preset(name))


def test_a_folder_and_a_file_are_the_same(config, tmp_path):
    path = config(LLAMA)
    assert read_config(tmp_path) == read_config(path) == read_config(str(path))
    assert read_config(path).file == f"{tmp_path.name}/config.json"
    other = path.rename(tmp_path / "a [b]|c.json")
    assert read_config(other).file == "a--b--c.json"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Mine 7B/config.json", "Mine-7B"),
        ("mine.json", "mine"),
        ("gpt2/config.json", "gpt2-config"),
        ("models--org--Other-1B/snapshots/0f3a/config.json", "Other-1B"),
        ("[]/config.json", "model"),
    ],
)
def test_a_model_is_called_by_its_folder_or_file(config, tmp_path, path, name):
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    config(LLAMA).rename(file)
    assert read_config(file).name == name


def test_k_is_what_the_indexer_takes(config):
    read = read_config(config(DEEPSEEK))
    assert read.preset({}).n_marked == 2048
    assert read.preset({"n_marked": 5}).n_marked == 5
    with pytest.raises(InputError, match=r"no --n-marked; .* index_topk does; do: add --n-marked: the presets assume"):
        read_config(config(LLAMA)).preset({})


NOTES = {
    "part of an indexer": (
        {name: value for name, value in DEEPSEEK.items() if name != "index_head_dim"},
        "index_topk = 2048 without index_n_heads and index_head_dim: not modelled",
    ),
    "other layers": (
        LLAMA | {"layer_types": ["linear_attention"] * 24 + ["full_attention"] * 8},
        "24 linear_attention",
    ),
    "no positions": (LLAMA | {"model_type": "smollm3", "no_rope_layers": [1, 1, 1, 0] * 8}, "8 layers have no rotary"),
    "an encoder": (SIZES["bert"][0], "--whole-model counts causal rows"),
}


@pytest.mark.parametrize("name", NOTES)
def test_what_is_not_modelled_is_said(config, name):
    record, note = NOTES[name]
    assert note in read_config(config(record)).preset({"n_marked": 3}).note


@pytest.mark.parametrize(
    "others",
    [
        {"sliding_window": None},
        {"sliding_window": 131072},
        {"sliding_window": 4096, "use_sliding_window": False},
        {"model_type": "qwen2", "sliding_window": 4096},
        {"layer_types": ["full_attention"] * 32},
        {"no_rope_layers": [1] * 32},
        {"rope_scaling": {"factor": 8}, "quantization_config": [1, {"a": None}], "eos_token_id": [1, 2]},
    ],
)
def test_nothing_is_said_of_what_has_no_effect(config, others):
    assert read_config(config(LLAMA | others)).preset({"n_marked": 3}).note == ""


def test_more_keys_than_positions(config):
    read = read_config(config(LLAMA))
    assert "131,072 positions, fewer than n" in read.preset({"n_marked": 3, "n_keys": 1 << 20}).note


MODELLED = {
    "a window": (
        LLAMA | {"model_type": "mistral", "sliding_window": 4096},
        {"window": 4096, "local_layers": 32, "search_layers": 0},
    ),
    "a window of some layers": (GPT_OSS, {"window": 128, "local_layers": 18, "search_layers": 18}),
    "chunks": (LLAMA | {"attention_chunk_size": 8192}, {"chunk": 8192, "local_layers": 32, "search_layers": 0}),
    "a window that holds all keys": (
        LLAMA | {"model_type": "mistral", "sliding_window": 1 << 20},
        {"window": None, "local_layers": 0, "search_layers": 32},
    ),
    "an indexer": (DEEPSEEK, {"searches": "indexer", "index_heads": 64, "index_dim": 128, "k": "trained"}),
    "an indexer of some layers": (
        DEEPSEEK | {"model_type": "glm_moe_dsa", "indexer_types": ["full", "shared", "shared"] * 20 + ["full"]},
        {"searches": "indexer", "search_layers": 21, "local_layers": 0},
    ),
    "windows of every other layer": (
        GPT_OSS | {"layer_types": None},
        {"window": 128, "local_layers": 18, "search_layers": 18},
    ),
    "windows by a pattern": (
        GEMMA
        | {"model_type": "gemma3_text", "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256}
        | {"num_hidden_layers": 62, "sliding_window": 1024, "sliding_window_pattern": 6},
        {"window": 1024, "local_layers": 52, "search_layers": 10},
    ),
    "windows of the last layers": (
        LLAMA | {"model_type": "qwen2", "sliding_window": 4096, "use_sliding_window": True, "max_window_layers": 28},
        {"window": 4096, "local_layers": 4, "search_layers": 28},
    ),
    "windows of no layer": (
        LLAMA | {"model_type": "qwen2", "sliding_window": 4096, "use_sliding_window": True, "max_window_layers": 32},
        {"window": None, "local_layers": 0, "search_layers": 32},
    ),
    "recurrent layers": (
        LLAMA | {"layer_types": ["linear_attention"] * 24 + ["full_attention"] * 8},
        {"search_layers": 8, "local_layers": 0},
    ),
}


@pytest.mark.parametrize("name", MODELLED)
def test_what_a_row_sees_is_modelled(config, name):
    record, fields = MODELLED[name]
    model = read_config(config(record)).preset({"n_marked": 3})
    assert {field: getattr(model, field) for field in fields} == fields


def test_an_indexer_of_one_s_own_is_priced_as_that_of_the_preset(config):
    request, model = RowRequest.of(config=str(config(DEEPSEEK))), read_config(config(DEEPSEEK)).preset({})
    assert request.shape.index_heads == model.index_heads == 64
    assert (request.layers, request.query_heads, request.shape.d_head) == (model.layers, 1, 128)
    assert request.shape.n_marked == 2048


def test_all_notes_together_are_short(config):
    longest = 1 << 60
    record = DEEPSEEK | {"index_topk": longest, "index_n_heads": longest}
    del record["index_head_dim"]
    record |= {"model_type": "glm_moe_dsa", "max_position_embeddings": 1 << 59, "num_hidden_layers": 101}
    record |= {"sliding_window": 1 << 58, "attention_chunk_size": 1 << 58, "no_rope_layers": [0] * 101}
    record |= {"layer_types": [f"{i}{'x' * 500}" for i in range(99)] + ["sliding_attention", "full_attention"]}
    assert len(read_config(config(record)).preset({"n_keys": longest, "n_marked": 3}).note) <= 1024


MISSING = {
    "layers": (LLAMA, "num_hidden_layers", "--layers"),
    "heads": (GEMMA | {"model_type": "gemma2"}, "num_attention_heads", "--heads"),
    "key heads": (LLAMA | {"model_type": "mistral"}, "num_key_value_heads", "--kv-heads"),
    "d": (GEMMA | {"model_type": "gemma2"}, "head_dim", "--d-head"),
    "width": (LLAMA, "hidden_size", "--d-head"),
    "context": (LLAMA, "max_position_embeddings", "--n-keys"),
    "rank": (DEEPSEEK, "kv_lora_rank", "--key-numbers"),
    "d of MLA": (DEEPSEEK, "qk_nope_head_dim", "--d-head"),
    "first position": (SIZES["roberta"][0], "pad_token_id", "--n-keys"),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_field_is_named_and_an_option_takes_its_place(config, name):
    record, field, option = MISSING[name]
    read = read_config(config({key: value for key, value in record.items() if key != field}))
    with pytest.raises(InputError) as refusal:
        read.preset({"n_marked": 3})
    assert field in refusal.value.parts["given"]
    assert option in refusal.value.parts["do"]
    size = {"--heads": "query_heads"}.get(option, option.removeprefix("--").replace("-", "_"))
    assert read.preset({"n_marked": 3, size: 16}) is not None


def test_a_group_takes_the_place_of_key_heads(config):
    read = read_config(config({k: v for k, v in GEMMA.items() if k != "num_key_value_heads"} | {"model_type": "gemma"}))
    assert read.preset({"n_marked": 3, "gqa_group": 2}).kv_heads == 4
    assert read.preset({"n_marked": 3, "gqa_group": 1000}).kv_heads == 1


DEEP = "[" * 100_000
REFUSED = {
    "empty": ("", "Expecting value"),
    "no JSON": ("{", "Expecting property name"),
    "a list": ("[]", "it holds a list"),
    "a number": ("3", "it holds a int"),
    "twice": ('{"model_type": "llama", "model_type": "gpt2"}', "'model_type' is in one object twice"),
    "deep": (f'{{"a": {DEEP}', "nested too deeply"),
    "a number of 5,000 digits": (f'{{"num_hidden_layers": {"9" * 5000}}}', "digits"),
    "no type": ({}, "no model_type"),
    "a type that is none": ({"model_type": 3}, "model_type = 3"),
    "an unknown type": ({"model_type": "lama"}, "did you mean llama"),
    "another architecture": ({"model_type": "mamba"}, "Or give the sizes as options: --layers, --heads, --kv-heads"),
    "a long type": ({"model_type": "x" * 10_000}, "x" * 40 + "'"),
    "lists for types": ({"model_type": [], "text_config": {"model_type": []}}, "model_type = []"),
    "a text part of no type": ({"model_type": "gemma3", "text_config": {}}, "no model_type"),
    "a text part that is none": ({"model_type": "gemma3", "text_config": [1]}, "model_type 'gemma3'"),
    "too few kinds": (LLAMA | {"layer_types": ["full_attention"] * 3}, "layer_types = '3 entries of 32 layers'"),
    "unknown kinds": (LLAMA | {"layer_types": ["foo"] * 32}, "others are not known to search"),
    "two local kinds": (
        LLAMA | {"layer_types": ["sliding_attention", "chunked_attention"] * 16},
        "others are not known to search",
    ),
    "no full indexer": (
        DEEPSEEK | {"model_type": "glm_moe_dsa", "indexer_types": ["shared"] * 61},
        "at least one layer that is full",
    ),
    "zero": (LLAMA | {"num_hidden_layers": 0}, "num_hidden_layers = 0"),
    "negative": (LLAMA | {"num_attention_heads": -32}, "num_attention_heads = -32"),
    "text": (LLAMA | {"hidden_size": "4096"}, "hidden_size = '4096'"),
    "a list for a number": (LLAMA | {"num_key_value_heads": [8, 8]}, "num_key_value_heads = [8, 8]"),
    "an object for a number": (LLAMA | {"max_position_embeddings": {"a": 1}}, "max_position_embeddings = {'a': 1}"),
    "real": (LLAMA | {"hidden_size": 4096.0}, "hidden_size = 4096.0"),
    "true": (LLAMA | {"num_hidden_layers": True}, "num_hidden_layers = True"),
    "NaN": (json.dumps(LLAMA | {"hidden_size": float("nan")}), "hidden_size = nan"),
    "huge": (LLAMA | {"max_position_embeddings": 10**30}, "max_position_embeddings = 1000000000000000000000000000000"),
    "no share": (LLAMA | {"hidden_size": 4097}, "hidden_size = 4097, num_attention_heads = 32"),
    "no groups": (LLAMA | {"num_key_value_heads": 5}, "num_attention_heads = 32, num_key_value_heads = 5"),
    "an odd window": (LLAMA | {"sliding_window": "no"}, "sliding_window = 'no'"),
    "odd kinds": (LLAMA | {"layer_types": "full"}, "layer_types = 'full'"),
    "odder kinds": (LLAMA | {"layer_types": [None]}, "layer_types = [None]"),
    "no position left": (SIZES["roberta"][0] | {"pad_token_id": 513}, "max_position_embeddings = 514"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(config, name):
    record, word = REFUSED[name]
    path = config(record)
    with pytest.raises(InputError) as refusal:
        read_config(path)
    assert word in str(refusal.value)
    assert str(path) in refusal.value.parts["given"]
    assert len(str(refusal.value)) < 2000


def test_files_that_are_none(config, tmp_path):
    for path, word in (
        (tmp_path / "none", "there is no such file"),
        (tmp_path, "there is no such file"),
        ("/dev/zero", "a pipe, a device or a folder"),
        ("\0", "no such file"),
        ("x" * 300, "too long"),
    ):
        with pytest.raises(InputError, match=word):
            read_config(path)


def test_a_file_of_100_mb(tmp_path):
    with (tmp_path / "config.json").open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(InputError, match=f"more than {FILE_BYTES_MAX:,} bytes"):
        read_config(tmp_path)


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "config.json").write_bytes(b'{"model_type": "\xff\xfe"}')
    with pytest.raises(InputError, match="in UTF-8"):
        read_config(tmp_path)
    (tmp_path / "config.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(LLAMA).encode())
    assert read_config(tmp_path).model_type == "llama"


def test_many_names_twice_are_found_soon(tmp_path):
    (tmp_path / "config.json").write_text("{" + ",".join(f'"{i % 40_000}":1' for i in range(80_000)) + "}")
    with pytest.raises(InputError, match="'0' is in one object twice"):
        read_config(tmp_path)


@pytest.mark.parametrize(
    ("others", "field"),
    [
        ({"model_type": "gemma3_text"}, "sliding_window_pattern or layer_types"),
        ({"model_type": "qwen2", "use_sliding_window": True}, "max_window_layers or layer_types"),
        ({"model_type": "smollm3", "use_sliding_window": True}, "without layer_types"),
    ],
)
def test_which_layers_have_the_window_is_not_guessed(config, others, field):
    """Without a word every layer had it, and a model of 131,072 keys was priced at those of the window."""
    with pytest.raises(InputError, match=field):
        read_config(config(LLAMA | others | {"sliding_window": 1024, "head_dim": 128}))


def test_a_layer_with_a_window_of_no_size_is_refused(config):
    kinds = {"layer_types": ["sliding_attention", "full_attention"] * 16}
    with pytest.raises(InputError, match="no sliding_window"):
        read_config(config(LLAMA | kinds))
    assert read_config(config(LLAMA | kinds | {"model_type": "qwen2"})).preset({"n_marked": 3}).search_layers == 32


def test_all_layers_from_the_first_on_have_a_window(config):
    record = LLAMA | {"model_type": "qwen2", "use_sliding_window": True, "sliding_window": 512, "max_window_layers": 0}
    model = read_config(config(record)).preset({"n_marked": 3})
    assert (model.local_layers, model.search_layers) == (32, 0)
    assert "sliding_window = 512 in all layers" in model.note


def test_a_window_in_all_layers_is_said(config):
    mistral = read_config(config(LLAMA | {"model_type": "mistral", "sliding_window": 4096}))
    assert "sliding_window = 4,096 in all layers" in mistral.preset({"n_marked": 3}).note
