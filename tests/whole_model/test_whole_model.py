"""A whole model: heads, layers, a token and a prefill, the keys' way to the machine, GPUs, wrong rows, table, sheet."""

import attrs
import pytest

from groverattn.classical.lines import KeyMemory, ModelTime, whole_model_times
from groverattn.errors import InputError
from groverattn.estimation.estimate import estimate
from groverattn.models.presets import PRESETS, preset
from groverattn.row.request import RowRequest
from groverattn.show.terminal import text_of
from groverattn.whole_model.loading import MemoryLoading
from groverattn.whole_model.model import gpu_times, whole_model
from groverattn.whole_model.rivals import Rival, Rows
from groverattn.whole_model.wrong_rows import WrongRows
from studies.price import models as model_sheet


@pytest.fixture(scope="module")
def gpt2():
    return whole_model(RowRequest.of(preset="gpt2", data_access="qroam"))


def test_scopes_are_multiples_of_a_head(gpt2):
    result = gpt2.as_json()
    for kind, rows_of_a_head in (("decode", 1), ("prefill", 1024 - 32)):
        regime = result[kind]
        for name in ("rows", "iterates", "toffoli", "time_s"):
            assert regime["layer"][name] == pytest.approx(12 * regime["head"][name])
            assert regime["model"][name] == pytest.approx(144 * regime["head"][name])
        assert regime["head"]["rows"] == rows_of_a_head
    assert result["causal"]["rows_read_per_head"] == 32
    assert result["causal"]["keys_read_per_head"] == sum(range(1, 33))


def test_a_token_is_one_row_of_the_estimate_in_every_head(gpt2):
    row = estimate(gpt2.request).row
    head = gpt2.as_json()["decode"]["head"]
    assert head["time_s"] == row.physical.duration_s
    assert head["toffoli"] == row.totals.row.toffoli
    assert whole_model(gpt2.request, row).as_json() == gpt2.as_json()


def test_machines_side_by_side(gpt2):
    result = gpt2.as_json()
    row_s, head_s = result["machine"]["longest_row_s"], result["prefill"]["head"]["time_s"]
    one, heads, rows = result["prefill"]["side_by_side"]
    assert [each["machines"] for each in (one, heads, rows)] == [1, 12, 12 * 992]
    assert one["time_s"] == pytest.approx(144 * head_s)
    assert heads["time_s"] == pytest.approx(12 * head_s)
    assert rows["time_s"] == pytest.approx(12 * row_s)  # the longest rows of 12 layers, one after the other
    assert all(each["qubits"] == each["machines"] * result["machine"]["qubits"] for each in (one, heads, rows))
    assert [each["machines"] for each in result["decode"]["side_by_side"]] == [1, 12]


@pytest.mark.parametrize("name", PRESETS)
def test_gpus_run_the_same_model(name):
    """The request holds all that the classical line takes from a preset."""
    sizes = preset(name)
    full, *local = sizes.rows
    stored = sizes.key_numbers if sizes.searches == "heads" else None
    layers, n_keys = full.layers, full.n_keys
    windows = {"window": local[0].n_keys, "window_layers": local[0].layers} if local else {}
    if sizes.searches == "indexer":
        windows = {"pool": sizes.pool}
    if not sizes.search_layers:  # no layer sees all tokens
        layers, n_keys, windows = 0, sizes.n_keys, {"window": full.n_keys, "window_layers": full.layers}
    memory = KeyMemory(n_keys, sizes.score_numbers, sizes.group_size, stored, sizes.index_heads)
    assert gpu_times(RowRequest.of(preset=name)) == whole_model_times(memory, layers, full.heads, **windows)


def test_a_model_of_windows_keeps_its_context():
    """mistral-7b: all 32 layers see 4,096 of 32,768 keys; the first 64 rows of a head are read whole."""
    model = whole_model(RowRequest.of(preset="mistral-7b", data_access="bucket-brigade"))
    assert model.request.shape.n_keys == 4096
    assert model.prefill.rows_per_head == 32_768 - 64
    further = (32_768 - 4096) * model.rows.price.physical.duration_s
    assert model.prefill.head.time_s == pytest.approx(model.rows.total.time_s + further)
    assert model.loading.bits_per_memory == 32_768 * 128 * 8
    h100 = {time.kind: time for time in gpu_times(model.request) if time.gpu == "H100 fp16"}
    # 4 n d FLOP a row: 4,096 growing ones, and 28,672 over a whole window
    flop = 4 * 128 * (4096 * 4096 / 2 + 28_672 * 4096) * 32 * 32
    assert h100["prefill"].time_s == pytest.approx(flop / 740e12)
    assert RowRequest.of(preset="mistral-7b", n_keys="16k").n_tokens == 16_384
    assert RowRequest.of(preset="mistral-7b", n_keys=1024).shape.n_keys == 1024


def test_keys_are_written_once_per_group_and_appended_by_a_token():
    """llama3.1-8b: 8 memories in each of 32 layers, 131,072 keys of 128 numbers of 8 bits."""
    model = whole_model(RowRequest.of(preset="llama3.1-8b", data_access="bucket-brigade"))
    loading = model.loading
    assert loading.memories == 32 * 8
    assert loading.bits_per_memory == 131072 * 128 * 8
    assert model.prefill.loading_s == pytest.approx(32 * 8 * 131072 * 128 * 8 / 1e9)
    assert model.prefill.loading_s == pytest.approx(131072 * model.decode.loading_s)
    assert "control computer" in loading.destination
    h100 = next(rival for rival in model.prefill.rivals if rival.gpu == "H100 fp16")
    assert model.prefill.loading_s > h100.time_s  # writing the keys alone takes longer than the attention on a GPU
    faster = whole_model(model.request, model.rows.price, io_bits_per_s=1e12)
    assert faster.prefill.loading_s == pytest.approx(model.prefill.loading_s / 1000)


def test_heads_of_mla_search_keys_of_their_own():
    model = whole_model(RowRequest.of(preset="deepseek-v3", data_access="bucket-brigade"))
    assert model.loading.memories == 61 * 128
    assert any("576 numbers" in line for line in model.as_json()["assumptions"])


def test_an_indexer_searches_once_for_all_heads_of_a_layer():
    """deepseek-v3.2: a token is 61 rows of n = 131,072, d = 128, k = 2,048 and 64 index heads; glm-5.2: 21 rows."""
    for name, layers in (("deepseek-v3.2", 61), ("glm-5.2", 21)):
        model = whole_model(RowRequest.of(preset=name, data_access="qroam", **FIXED))
        row = model.rows.price
        token, prefill = model.as_json()["decode"]["model"], model.as_json()["prefill"]["model"]
        n, k = model.request.shape.n_keys, 2048
        assert (token["rows"], prefill["rows"]) == (layers, layers * (n - k))
        assert token["time_s"] == pytest.approx(layers * row.physical.duration_s)
        assert token["toffoli"] == pytest.approx(layers * row.totals.row.toffoli)
        assert model.decode.rows.least_s == pytest.approx(token["time_s"])  # no two rows of a token side by side
        # one key of 128 numbers of 8 bits in each of the layers
        assert (model.loading.memories, model.loading.bits_per_memory) == (layers, n * 128 * 8)
        assert any("one for all heads of its layer" in line for line in model.as_json()["assumptions"])


FIXED = {"score_method": "in-place", "keys_per_query": 1, "block": 4, "n_parts": 16, "n_machines": 1}


def test_gpus_read_the_key_of_an_indexer_once_for_all_of_its_heads():
    """deepseek-v3.2 on an H100 with fp16: 61 layers of 131,072 keys of 256 bytes at 3.35 TB/s."""
    times = {(time.gpu, time.kind): time for time in gpu_times(RowRequest.of(preset="deepseek-v3.2"))}
    token = times["H100 fp16", "decode"]
    assert (token.bound_by, token.time_s) == ("bandwidth", pytest.approx(61 * 131_072 * 128 * 2 / 3.35e12))
    # 2 H d n FLOP a row, half of them in a causal prefill, at 740 TFLOP/s
    prefill = times["H100 fp16", "prefill"]
    assert prefill.time_s == pytest.approx(61 * 131_072 * 2 * 64 * 128 * 131_072 / 2 / 740e12)


def test_layers_with_a_window_are_searched_where_there_is_something_to_search():
    sizes = {"n_keys": 300, "d_head": 8, "n_marked": 4, "layers": 3, "query_heads": 2, "data_access": "qroam"}
    plain, model, reading = (
        whole_model(RowRequest.of(**sizes, **more))
        for more in ({}, {"window": 64, "window_layers": 5}, {"window": 4, "window_layers": 5})
    )
    row = model.rows.row(64)
    token, before = model.as_json()["decode"], plain.as_json()["decode"]
    assert token["model"]["rows"] == (3 + 5) * 2
    assert token["model"]["time_s"] == pytest.approx(before["model"]["time_s"] + 10 * row.time_s)
    assert token["layer"] == before["layer"]
    assert model.decode.rows.least_s == pytest.approx(plain.decode.rows.least_s + 5 * row.time_s)
    # rows of 5 to 64 keys, and 236 more that see 64
    prefill, all_keys = model.as_json()["prefill"], plain.as_json()["prefill"]
    by_hand = sum(model.rows.row(m).time_s for m in range(5, 65)) + 236 * row.time_s
    assert prefill["model"]["time_s"] - all_keys["model"]["time_s"] == pytest.approx(10 * by_hand, rel=0.03)
    assert prefill["model"]["rows"] == 8 * 2 * 296
    assert model.loading.memories == 8 * 2
    assert any("5 layers with a window see 64 keys, and search no more" in a for a in model.as_json()["assumptions"])
    # where a row looks for as many keys as it sees
    assert reading.as_json()["decode"]["model"] == before["model"]
    assert reading.loading.memories == 3 * 2
    assert any("read whole" in line for line in reading.as_json()["assumptions"])


def test_gpus_read_the_window_too():
    sizes = {"n_keys": 4096, "d_head": 128, "n_marked": 64, "layers": 2, "query_heads": 8, "gqa_group": 4}
    all_keys, windows, both = (
        gpu_times(RowRequest.of(**sizes | more)) for more in ({}, {"n_keys": 512}, {"window": 512, "window_layers": 2})
    )
    for full, window, time in zip(all_keys, windows, both, strict=True):
        if time.kind == "decode":
            assert time.time_s == pytest.approx(full.time_s + window.time_s)
        else:
            # 512 rows that grow, and 3,584 of 512 keys: 512 n - 512^2 / 2 keys, against n^2 / 2 without a window
            share = (512 * 4096 - 512**2 / 2) / (4096**2 / 2)
            assert time.time_s == pytest.approx((1 + share) * full.time_s, rel=1e-6)


def test_pooled_keys_have_a_row_for_every_token():
    sizes = {"n_keys": 64, "d_head": 8, "n_marked": 4, "index_heads": 2, "data_access": "qroam"}
    plain, pooled = (whole_model(RowRequest.of(**sizes, pool=pool)) for pool in (1, 4))
    assert pooled.decode.head == plain.decode.head
    assert pooled.prefill.rows_per_head == 4 * plain.prefill.rows_per_head == 4 * 60
    assert pooled.prefill.rows.time_s == pytest.approx(4 * plain.prefill.rows.time_s)
    assert [time.time_s for time in gpu_times(pooled.request) if time.kind == "prefill"] == pytest.approx(
        [4 * time.time_s for time in gpu_times(plain.request) if time.kind == "prefill"]
    )


@pytest.mark.parametrize("given", [{"window": 64}, {"window_layers": 3}])
def test_a_window_has_keys_and_layers(given):
    with pytest.raises(InputError, match="window_layers"):
        RowRequest.of(n_keys=300, d_head=8, n_marked=4, **given)


def test_no_number_of_factories_shortens_the_wait_for_a_memory():
    request = RowRequest.of(preset="gpt2", data_access="qram", qram_latency_us=100_000.0)
    machine, waiting_s = whole_model(request).as_json()["machine"], estimate(request).physical.waiting_s
    assert 0 < waiting_s < machine["least_row_s"] <= machine["longest_row_s"] * (1 + 1e-9)


def test_keys_of_qram_go_into_the_memory():
    assert "quantum memory" in whole_model(RowRequest.of(preset="gpt2", data_access="qram")).loading.destination


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan")])
def test_a_rate_is_positive(rate):
    with pytest.raises(InputError, match="io_bits_per_s"):
        MemoryLoading(1, 16, 8, into_memory=False, io_bits_per_s=rate)


ROWS = Rows(layers=10, per_layer=1000, time_s=4000.0, longest_s=1.0, limit_s=0.5, qubits=100)


@pytest.mark.parametrize(
    ("gpu_s", "machines", "words"),
    [
        (4000.0, 1, "at least 1 machine with 100 physical qubits"),
        (30.0, 134, "at least 134 machines with 13,400 physical qubits"),
        (10.0, 400, "at least 400 machines"),
        (
            9.9,
            None,
            "out of reach of any number of these machines: layers wait for each other, and one row in each of 10 takes "
            "10.0 s",
        ),
        (
            4.9,
            None,
            "with any number of factories: layers wait for each other, and one row in each of 10 takes at least",
        ),
        (0.4, None, "with any number of factories: one row takes at least 500 ms"),
    ],
)
def test_how_many_machines_match_a_gpu(gpu_s, machines, words):
    rival = Rival.of(ModelTime("a GPU", "prefill", gpu_s, "test", "arithmetic"), ROWS)
    assert (rival.machines, rival.qubits) == (machines, machines and 100 * machines)
    assert words in rival.words
    if machines is None:
        assert rival.words.count("the whole model on the GPU") == 1
    else:
        assert ROWS.time_s / machines <= gpu_s  # enough machines, if none is ever idle
        assert machines == 1 or ROWS.time_s / (machines - 1) > gpu_s  # and one less is not


def test_wrong_rows(gpt2):
    wrong, price = gpt2.prefill.wrong, gpt2.rows.price
    assert wrong.n_rows == 144 * 992
    assert 0.5 * wrong.n_rows * 0.01 < wrong.expected <= wrong.n_rows * 0.01
    assert (1 - wrong.budget_per_row) ** wrong.n_rows == pytest.approx(0.99)
    assert wrong.strict is not None
    assert wrong.strict.p_failure <= wrong.budget_per_row
    assert wrong.strict.cost.iterates_expected > price.cost.iterates_expected
    assert wrong.strict.physical.code_distance > price.physical.code_distance
    assert f"distance {wrong.strict.physical.code_distance} instead of {price.physical.code_distance}" in wrong.words


def test_a_budget_that_no_factory_meets_is_said(gpt2):
    wrong = WrongRows.of(10**30, gpt2.rows.pricing, gpt2.rows.price)
    assert wrong.strict is None
    assert wrong.as_json()["strict"] is None
    assert "out of reach: it takes an error below" in wrong.words
    assert "the best factory there is" in wrong.words


@pytest.mark.parametrize("name", ["toy", "gpt2", "llama4-scout"])
def test_the_table_fits_a_terminal(name):
    result = whole_model(RowRequest.of(preset=name, data_access="bucket-brigade-wide"))
    text = text_of(result.blocks(), width=80)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in text
    assert all(sum(line.startswith(f"{gpu} ") for line in lines) == 1 for gpu in ("H100 fp16", "B200 fp8"))
    assert result.prefill.wrong.words.removeprefix("All") in " ".join(text.split())


def test_the_sheet_says_what_the_model_says(gpt2):
    token, prefill = model_sheet.model_records("gpt2", "qroam")
    result = gpt2.as_json()
    assert (token.kind, prefill.kind) == ("decode", "prefill")
    assert prefill.time_s == pytest.approx(result["prefill"]["model"]["time_s"])
    assert prefill.rows == result["prefill"]["model"]["rows"]
    assert prefill.machines_s == pytest.approx(result["prefill"]["side_by_side"][-1]["time_s"])
    assert token.gpu_s == max(line["time_s"] for line in result["decode"]["classical"])
    assert prefill.loading_bits == 144 * 1024 * 64 * 8
    assert prefill.strict_code_distance == result["prefill"]["wrong_rows"]["strict"]["code_distance"]


def test_a_model_out_of_reach_says_why(monkeypatch):
    of = RowRequest.of
    monkeypatch.setattr(model_sheet.RowRequest, "of", lambda **c: of(**c, error_budget=1e-60))
    for record in model_sheet.model_records("gpt2", "qroam"):
        assert "an error below" in record.error
        assert {
            value for name, value in attrs.asdict(record).items() if name not in ("preset", "data_access", "kind")
        } == {
            None,
            record.error,
        }


def test_the_inputs_are_those_of_an_estimate(gpt2):
    printed = gpt2.as_json()["inputs"]
    assert printed.pop("io_bits_per_s") == gpt2.loading.io_bits_per_s
    assert printed == gpt2.request.as_json()
    assert {"data_access", "score_method"} <= printed.keys()
