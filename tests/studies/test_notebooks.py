"""The notebooks: executed by their sources, the same bytes each time, and what they may and may not show."""

import ast
import base64
import json
import re
from pathlib import Path

import jupytext
import numpy as np
import pytest

from studies import __main__ as regenerate
from studies.notebooks import NO_KERNEL, _check_callbacks, _without_widget, build_notebook, notebook_sources

ROOT = Path(__file__).parents[2]
SOURCES = notebook_sources(ROOT)
NOTEBOOKS = {source.stem: json.loads(source.with_suffix(".ipynb").read_text("utf-8")) for source in SOURCES}
every = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)

_NOT_SHOWN = {
    "a path of a machine": r"(?<![\w.])/(home|root|tmp|usr|var|work|Users)/",
    "a memory address": r"0x[0-9a-f]{6,}",
    "a colour or a progress bar": r"\x1b\[|\r",
    "a traceback": r"Traceback|Warning:",
}


def code(source):
    return "\n".join(cell.source for cell in _read(source).cells if cell.cell_type == "code")


def outputs(source):
    for cell in NOTEBOOKS[source.stem]["cells"]:
        yield from cell.get("outputs", ())


def texts(source):
    for output in outputs(source):
        data = output.get("data", {})
        yield "".join(output.get("text", ()) or data.get("text/markdown", ()) or data.get("text/plain", ()))


def images(source):
    for output in outputs(source):
        for data in re.findall(
            r'src="data:image/svg\+xml;base64,([^"]*)"', "".join(output.get("data", {}).get("text/html", ()))
        ):
            yield base64.b64decode(data).decode()


def _read(source):
    return jupytext.reads(source.read_text("utf-8"), fmt="py:percent")


def test_there_are_five():
    assert [source.stem for source in SOURCES] == [
        "01_small_instance",
        "02_resource_estimates",
        "03_tradeoffs",
        "04_real_attention",
        "05_your_model",
    ]


@every
def test_cells_are_those_of_the_source(source):
    committed = [(cell["cell_type"], "".join(cell["source"])) for cell in NOTEBOOKS[source.stem]["cells"]]
    assert committed == [(cell.cell_type, cell.source) for cell in _read(source).cells], "run `make studies`"


@every
def test_the_top_says_what_is_counted_what_is_assumed_and_who_loses(source):
    top = "".join(NOTEBOOKS[source.stem]["cells"][0]["source"])
    assert top.startswith("# # ") or top.startswith("# ")
    assert all(f"\n| {word} |" in top for word in ("here", "counted", "assumed"))
    assert re.search(r"\*\*.*quantum (to )?lose", top, re.IGNORECASE)


@every
def test_the_public_api_and_nothing_deeper(source):
    imported = [node for node in ast.walk(ast.parse(code(source))) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [each.module if isinstance(each, ast.ImportFrom) else each.names[0].name for each in imported]
    assert [name for name in names if name.startswith("groverattn") and name != "groverattn"] == []
    assert "groverattn" in names


@every
def test_no_formula(source):
    """Notebooks call the package: they neither multiply nor divide nor take powers."""
    forbidden = (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
    found = [ast.unparse(node) for node in ast.walk(ast.parse(code(source))) if isinstance(node, ast.BinOp)
             and isinstance(node.op, forbidden)]  # fmt: skip
    assert found == []


@every
def test_outputs_hold_nothing_that_changes_or_that_only_a_kernel_shows(source):
    for output in outputs(source):
        assert output["output_type"] != "error"
        assert output.get("name") != "stderr"
        assert not any("widget" in kind for kind in output.get("data", {}))
    for what, pattern in _NOT_SHOWN.items():
        found = [text for text in texts(source) if re.search(pattern, text)]
        assert found == [], what


@every
def test_there_are_figures(source):
    assert len(list(images(source))) >= 2


@every
def test_each_image_has_a_caption_and_an_alternative_text(source):
    """nbconvert warns of an image without one, and would show what has no HTML as an image without one."""
    for output in outputs(source):
        data = output.get("data", {})
        assert not any(kind.startswith("image/") for kind in data)
        for alt, below in re.findall(
            '<figure><img alt="([^"]*)"[^>]*>(.*?)</figure>', "".join(data.get("text/html", ()))
        ):
            assert len(alt) > 40
            assert below.startswith("<figcaption>Figure ")


@every
def test_three_exercises_with_folded_answers_and_code_that_computes_them(source):
    cells = _read(source).cells
    asked = [i for i, cell in enumerate(cells) if "<details><summary>Answer</summary>" in cell.source]
    assert len(asked) == 3
    assert all(cells[i + 1].cell_type == "code" for i in asked)
    assert [int(n) for i in asked for n in re.findall(r"^\*\*(\d)\.\*\*", cells[i].source, re.MULTILINE)] == [1, 2, 3]


def test_circuits_and_b_are_drawn_in_the_first():
    drawn = code(SOURCES[0])
    assert all(name in drawn for name in ("picture(oracle)", "cirq.Circuit(", "picture(B)"))


def test_sliders_have_a_figure_that_needs_no_kernel():
    shown = list(texts(SOURCES[2]))
    assert NO_KERNEL in shown
    assert "designs.picture(start.price())" in code(SOURCES[2])


@pytest.mark.slow
@pytest.mark.parametrize("notebook", list(regenerate.artefacts("notebooks", ROOT)), ids=lambda each: each.path)
def test_executed_notebooks_are_those_that_are_committed(notebook):
    committed = (ROOT / notebook.path).read_text("utf-8")
    assert notebook.compute(committed) == committed, "run `make studies`"


@pytest.mark.slow
def test_the_last_runs_on_a_file_of_ones_own(tmp_path):
    """Two lines are changed; the file is one as `capture` writes it: causal, grouped heads, layers of their own."""
    rng = np.random.default_rng(0)
    arrays = {
        f"{name}_{layer}": rng.normal(size=(heads, 48, 8))
        for layer in range(2)
        for name, heads in (("Q", 4), ("K", 2), ("V", 2))
    }
    np.savez(tmp_path / "heads.npz", **arrays, causal=np.ones(2, dtype=np.int64), score_scale=np.full(2, 0.3))
    text, n_changed = re.subn('heads_file = "[^"]*"', 'heads_file = "heads.npz"', SOURCES[4].read_text("utf-8"))
    assert n_changed == 1
    config = {"model_type": "llama", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    config |= {"num_key_value_heads": 2, "max_position_embeddings": 512}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    text, n_changed = re.subn('config_file = "[^"]*"', 'config_file = "config.json"', text)
    assert n_changed == 1
    own = tmp_path / "own.py"
    own.write_text(text, encoding="utf-8")
    shown = build_notebook(own)
    assert "{'layers': 2, 'query_heads': 4, 'gqa_group': 2}" in shown
    assert "48 keys: 0 mismatches, 0 dirty ancillas: passed" in shown
    assert shown.count("A GPU is ") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "heads.npz", "own.py"]


def test_a_warning_ends_the_build(tmp_path):
    from nbclient.exceptions import CellExecutionError

    source = tmp_path / "warns.py"
    source.write_text("# %%\nimport warnings\n\nwarnings.warn('old')\n", encoding="utf-8")
    with pytest.raises(CellExecutionError, match="old"):
        build_notebook(source)


def test_what_a_callback_raises_is_not_lost():
    def widgets(output):
        return {"application/vnd.jupyter.widget-state+json": {"state": {"a": {"state": {"outputs": [output]}}}}}

    _check_callbacks({}, "x.py")
    _check_callbacks(widgets({"output_type": "stream", "name": "stdout", "text": "fine"}), "x.py")
    for output in (
        {"output_type": "error", "ename": "ValueError", "evalue": "no such row"},
        {"output_type": "stream", "name": "stderr", "text": "no such row"},
    ):
        with pytest.raises(RuntimeError, match=r"x\.py: no such row"):
            _check_callbacks(widgets(output), "x.py")


def test_widgets_become_words_and_figures_stay():
    widget = {"data": {"application/vnd.jupyter.widget-view+json": {"model_id": "f00"}, "text/plain": "interactive("}}
    image = {"data": {"image/svg+xml": "<svg/>", "text/plain": "SVG"}}
    before = dict(image["data"])
    for output in (widget, image, {"text": "a stream has no data"}):
        _without_widget(output)
    assert widget["data"] == {"text/plain": NO_KERNEL}
    assert image["data"] == before


@every
def test_figures_fit_on_a_page(source):
    """760 points: about what a page shows in a window of 1,100 pixels."""
    for svg in images(source):
        width, unit = re.search(r'<svg[^>]*\bwidth="([\d.]+)(pt)?"', svg).groups()
        assert float(width) <= (760 if unit else 1013)
