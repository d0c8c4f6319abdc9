"""`groverattn capture` without PyTorch, and what the other verbs make of its files."""

import os
import sys

import numpy as np
import pytest

from groverattn.capture.attention_calls import AttentionCall
from groverattn.capture.indexer_calls import IndexerCall
from groverattn.capture.recording import LayerRecorder
from groverattn.files.head_file import head_file

RNG = np.random.default_rng(6)


@pytest.fixture
def text(tmp_path):
    (tmp_path / "text.txt").write_text("a text", encoding="utf-8")
    return tmp_path / "text.txt"


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_without_the_extra(cli, tmp_path, text, bundled, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, "torch", sys)  # stands for PyTorch where there is none
    monkeypatch.setitem(sys.modules, missing, None)  # so that importing it fails
    config = tmp_path / "config.json"
    config.write_text("{}")
    outcome = cli("capture", "--model", tmp_path, "--text", text, "-o", tmp_path / "heads.npz")
    assert (outcome.status, outcome.out) == (2, "")
    assert f"capture without {missing}" in outcome.err
    assert "pip install -c constraints.txt -e '.[capture]'" in outcome.err
    assert {*tmp_path.iterdir()} == {text, config}
    assert cli("simulate", bundled, "--rows", "0:1", "--engine", "law", "--format", "json").json["rows"] == 1


def test_a_text_that_is_none(cli, tmp_path, text):
    text.write_bytes(b"\xff\xfe\x00")
    (tmp_path / "blank.txt").write_text(" \n\n", encoding="utf-8")
    command = ("capture", "--model", tmp_path, "-o", tmp_path / "heads.npz", "--text")
    words = {text: "it is not UTF-8", tmp_path / "none.txt": "No such file", tmp_path / "blank.txt": "it is empty"}
    for path, word in words.items():
        outcome = cli(*command, path)
        assert outcome.status == 2
        assert word in outcome.err


def test_a_text_that_need_not_end(cli, tmp_path, text, monkeypatch):
    command = ("capture", "--model", tmp_path, "-o", tmp_path / "heads.npz", "--text")
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/zero", tmp_path / "pipe"):
        outcome = cli(*command, path)
        assert outcome.status == 2
        assert "a pipe or a device" in outcome.err
    monkeypatch.setattr("groverattn.capture.capture._TEXT_BYTES_MAX", 5)
    assert "more than 5 bytes" in cli(*command, text).err


@pytest.mark.parametrize(("output", "word"), [("", "it is a folder"), ("none/heads.npz", "there is no folder")])
def test_an_output_that_cannot_be(cli, tmp_path, text, output, word):
    outcome = cli("capture", "--model", tmp_path, "--text", text, "-o", tmp_path / output)
    assert outcome.status == 2
    assert word in outcome.err


def test_the_mask_in_the_file_is_the_default(cli, tmp_path):
    arrays = {f"{letter}_0": RNG.standard_normal((2, 12, 4)) for letter in "QKV"}
    options = ("--layer", 0, "--head", 1, "--n-marked", 1, "--format", "json")

    def simulated(name, causal, *more):
        (tmp_path / name).mkdir()
        np.savez(tmp_path / name / "heads.npz", **arrays, causal=[causal])
        return cli("simulate", tmp_path / name / "heads.npz", *options, *more).json

    stated, asked, neither = simulated("a", 1), simulated("b", 0, "--causal"), simulated("c", 0)
    assert stated == asked
    assert stated["max_output_error"] != neither["max_output_error"]


def test_layers_and_the_indexers_that_choose_their_keys(tmp_path):
    """Hooks call in this order: indexer, attention of its layer, attention of layers that share what it selected."""
    heads, sizes = RNG.standard_normal((2, 6, 4)), ((6, 3, 5), (6, 5), (6, 3))
    indexer = IndexerCall(*(RNG.standard_normal(shape) for shape in sizes), topk=4, selected=np.zeros((6, 4), int))
    dense, sparse = (AttentionCall(heads, heads, heads, 0.5, causal=True, sparse=sparse) for sparse in (False, True))
    with head_file(tmp_path / "heads.npz", dtype="float16") as writer:
        recorder = LayerRecorder(writer)
        # the second of two is the one whose attention follows; that of the last never comes
        for call in (dense, indexer, sparse, sparse, dense, indexer, indexer, sparse, None, dense, indexer):
            (recorder.add_attention if isinstance(call, AttentionCall) else recorder.add_indexer)(call)
        recorder.finish()
    assert [(each.layer, each.shared_by) for each in recorder.indexers] == [(1, (2,)), (4, ())]
    assert (len(recorder.layers), recorder.n_left_out) == (6, 3)
    with np.load(tmp_path / "heads.npz") as file:
        assert file["index_layer"].tolist() == [-1, 1, 1, -1, 4, -1]
        assert file["index_topk"].tolist() == [0, 4, 4, 0, 4, 0]
        assert sorted(name for name in file.files if name.startswith("index_Q")) == ["index_Q_1", "index_Q_4"]
