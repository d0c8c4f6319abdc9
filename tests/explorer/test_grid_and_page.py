"""The explorer: its grid is what the package computes, and its page is what the grid says and loads nothing."""

import csv
import io
import json
import re
import shlex
from html.parser import HTMLParser
from pathlib import Path

import pytest

from groverattn.row.request import RowRequest
from groverattn.show.html import policy
from groverattn.show.markdown import bare
from groverattn.show.numbers import time_text
from studies.explorer import grid, page

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / page.FILE_NAME).read_text("utf-8")
ROWS = grid.SHEET.read(ROOT)
ASKED = list(grid.asked())

# Places in the grid: one of each kind of design, with other sizes, bits, machines and budgets.
SAMPLE = (
    {
        "n_keys": 1024,
        "n_marked": 32,
        "bits": 4,
        "hardware": "gidney-2025",
        "error_budget": 0.01,
        "data_access": "one-hot",
    },
    {"n_keys": 8192, "n_marked": 32, "bits": 8, "hardware": "gidney-fowler-2018", "error_budget": 0.001}
    | {"data_access": "qrom", "keys_per_query": "64"},
    {"n_keys": 32768, "n_marked": 512, "bits": 16, "hardware": "beverland-majorana-e6", "error_budget": 0.01}
    | {"n_machines": 16},
    {"n_keys": 131072, "n_marked": 2048, "bits": 4, "hardware": "gidney-fowler-2018", "error_budget": 0.01}
    | {"optimise": "qubits"},
    {
        "n_keys": 1 << 23,
        "n_marked": 512,
        "bits": 8,
        "hardware": "gidney-2025",
        "error_budget": 0.001,
        "optimise": "time",
    },
)


def as_read(rows):
    return list(csv.DictReader(io.StringIO(grid.SHEET.written(rows))))


def committed(inputs):
    found = [row for row in ROWS if all(row[name] == value for name, value in as_asked(inputs).items())]
    assert len(found) == 1
    return found[0]


def as_asked(inputs):
    """The inputs as the sheet writes them; what is not given is open."""
    names = list(grid.SHEET.columns)[: grid.SHEET.columns.index("qubits")]
    return {name: value for name, value in as_read([grid.GridRow(**inputs)])[0].items() if name in names}


def data():
    return json.loads(re.search(r'<script type="application/json" id="grid">(.*?)</script>', PAGE)[1])


def test_the_sheet_has_every_row_that_is_asked_for_in_order():
    names = list(grid.SHEET.columns)[: grid.SHEET.columns.index("qubits")]
    in_words = [inputs | {name: str(inputs[name]) for name in ("n_machines",) if name in inputs} for inputs in ASKED]
    asked = as_read([grid.GridRow(**inputs) for inputs in in_words])
    assert [[row[name] for name in names] for row in ROWS] == [[row[name] for name in names] for row in asked]


@pytest.mark.parametrize("inputs", SAMPLE, ids=lambda inputs: f"n={inputs['n_keys']}")
def test_a_sample_is_computed_again(inputs):
    expected = committed(inputs | {name: str(inputs[name]) for name in ("n_machines",) if name in inputs})
    assert as_read([grid.row(inputs)])[0] == expected


def test_the_sample_has_a_design_and_a_refusal():
    assert {bool(grid.row(inputs).error) for inputs in SAMPLE[:2]} == {True, False}


@pytest.mark.parametrize("keys_per_query", ["auto", "8"])
def test_the_best_data_access_is_the_one_that_the_package_chooses(keys_per_query):
    inputs = {"n_keys": 131072, "n_marked": 32, "bits": 8, "hardware": "gidney-fowler-2018", "error_budget": 0.01}
    inputs |= {"keys_per_query": keys_per_query}
    best = grid.best_of([committed(inputs | {"data_access": access}) for access in grid.DATA_ACCESSES])
    chosen = as_read([grid.row(inputs)])[0]
    assert [chosen[name] for name in ("qubits", "duration_s", "design")] == [
        best[name] for name in ("qubits", "duration_s", "design")
    ]


def test_the_page_is_that_of_the_sheet():
    computed = page.page(ROWS)
    assert computed == page.page(ROWS) == PAGE
    assert len(PAGE.encode()) < page.SIZE_MAX


def test_every_priced_row_is_in_the_page():
    points = [point for row in data()["rows"].values() for point in row["points"]]
    priced = [row for row in ROWS if row["qubits"]]
    assert sorted(point[:2] for point in points) == sorted([int(r["qubits"]), float(r["duration_s"])] for r in priced)


def test_a_gpu_is_faster_in_every_row():
    """The page says `GPU faster by` and nothing else."""
    of_row = data()
    for places, row in of_row["rows"].items():
        slowest_s = of_row["gpu"][",".join(places.split(",")[:2])][0]
        assert all(seconds > slowest_s for _, seconds, *_ in row["points"])


class Loads(HTMLParser):
    """Addresses that a page loads, and those that it links to."""

    def __init__(self):
        super().__init__()
        self.loaded, self.linked = [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.linked += [given["href"]] if tag == "a" else []
        self.loaded += [given[name] for name in ("src", "srcset", "data", "poster", "action") if name in given]
        self.loaded += [given["href"]] if tag == "link" else []


def test_the_page_loads_nothing_and_its_links_lead_somewhere():
    found = Loads()
    found.feed(PAGE)
    assert found.loaded == []
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|WebSocket|import\(", PAGE)
    assert {Path(link).suffix for link in found.linked} == {".html"}  # a browser shows no Markdown
    named = re.findall(r"<code>(docs/\w+\.md)</code>", PAGE)
    assert len(named) >= 3
    assert [path for path in [*named, *(f"docs/{link}" for link in found.linked)] if not (ROOT / path).is_file()] == []


def test_the_policy_allows_the_script_of_the_page_alone():
    script = re.search(r"<script>\n(.*)\n</script>", PAGE, re.DOTALL)[1]
    assert f'content="{policy(script)}"'.replace("'", "&#39;") in PAGE


def test_without_its_script_the_page_shows_the_row_that_it_opens_with():
    body = PAGE.split('<script type="application/json"')[0]
    best = grid.best_of(
        [
            row
            for row in ROWS
            if [row[name] for name in ("n_keys", "n_marked", "bits", "hardware", "error_budget", "keys_per_query")]
            == ["131072", "512", "8", "gidney-fowler-2018", "0.01", "auto"]
            and row["data_access"] in grid.DATA_ACCESSES
        ]
    )
    assert f'id="time">{bare(time_text(float(best["duration_s"])))}<' in body
    assert body.count("<tr>") > 3


def test_the_page_opens_with_the_row_of_a_preset_gpu_included():
    """README has the same row by the name of the preset."""
    preset = RowRequest.of(preset="llama3.1-8b")
    opened = grid.request({"n_keys": preset.shape.n_keys, "n_marked": preset.shape.n_marked, "bits": 8})
    assert (opened.shape, opened.gqa_group, opened.classical()) == (preset.shape, preset.gqa_group, preset.classical())
    start = data()["start"]
    places = (grid.N_KEYS.index(preset.shape.n_keys), grid.N_MARKED.index(preset.shape.n_marked), grid.BITS.index(8))
    assert (start["keys"], start["marked"], start["bits"]) == places


def test_what_no_slider_moves_is_said_above_them():
    above = PAGE.split("<form")[0].split("<body>")[1]
    assert f"d = {grid.D_HEAD}</strong>" in above
    assert f"{grid.GQA_GROUP} query heads" in above


def test_the_command_of_the_page_gives_its_numbers(capsys):
    from groverattn.cli.app import call

    shown = re.search(r'<code id="command">(.*?)</code>', PAGE)[1]
    verb, *options = shlex.split(re.sub("<[^>]+>", "", shown))
    assert verb == "groverattn"
    assert call([*options, "--format", "json"]) == 0
    physical = json.loads(capsys.readouterr().out)["physical"]
    assert f'id="time">{bare(time_text(physical["duration_s"]))}<' in PAGE
