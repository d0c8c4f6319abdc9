"""`groverattn report`: two files, whole or not at all, and refused where they would replace others."""

import json
import re
import shlex

import pytest

import groverattn
from groverattn.cli.app import call
from groverattn.report.command import made_by
from groverattn.row.request import RowRequest
from studies.price import reports as report_sheet


@pytest.fixture
def asked(document, monkeypatch):
    """The requests that reach the report, which is the one computed before."""
    requests = []

    def report(given, on_section, *, output, shared_reference):
        on_section(1, 1)
        requests.extend(given)
        return document

    monkeypatch.setattr("groverattn.report.build.report", report)
    return requests


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)  # a refusal is not wrapped where there is no terminal

    def run(*arguments):
        capsys.readouterr()
        status = call(["report", *map(str, arguments)])
        return status, capsys.readouterr().err

    return run


def test_both_files_are_written(run, asked, tmp_path, page_text, markdown_text):
    status, said = run("--preset", "toy", "gpt2", "-o", "r.html")
    names = ["r.html", "r.md"]
    assert (status, said) == (0, "\n".join(["sections: 1 of 1", *(f"report: wrote {name}" for name in names), ""]))
    assert (tmp_path / "r.html").read_text("utf-8") == page_text
    assert (tmp_path / "r.md").read_text("utf-8") == markdown_text
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert asked == [RowRequest.of(preset=name) for name in ("toy", "gpt2")]


def test_the_shared_page_is_written_on_request_and_once(run, asked, tmp_path):
    (tmp_path / "reference.html").write_text("mine")
    status, said = run("--preset", "toy", "--shared-reference", "-o", "r.html")
    assert status == 0
    assert said.splitlines()[-1].startswith("report: it links to reference.html; send both")
    assert (tmp_path / "reference.html").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.html", "r.md", "reference.html", "reference.md"]


def test_the_command_in_the_foot_makes_the_same_report(run, asked, tmp_path):
    (tmp_path / "own.toml").write_text('base = "gidney-fowler-2018"\n')
    (tmp_path / "Mine 1B").mkdir()
    sizes = {"num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size": 16}
    config = {"model_type": "llama", "max_position_embeddings": 64, "no_rope_layers": [0, 0]} | sizes
    (tmp_path / "Mine 1B" / "config.json").write_text(json.dumps(config))
    for options in (
        ("--preset", "toy", "gpt2", "--n-marked", 3),
        ("--config", "Mine 1B", "--n-marked", 3),
        ("--config", "Mine 1B", "--n-marked", 3, "--name", "another one's", "--hardware", "own.toml"),
        ("--n-keys", 131072, "--d-head", 128, "--n-marked", 512),
        ("--n-keys", 131072, "--d-head", 128, "--n-marked", 512, "--gqa-group", 1),
        ("--n-keys", 512, "--d-head", 4, "--k-law", "smollm2-135m", "--error-budget", 0.02),
    ):
        asked.clear()
        assert run(*options, "-o", "own name.html", "--force")[0] == 0
        first = list(asked)
        (command,) = re.findall(r"`(.*)`", made_by(first, "own name.html"))
        program, verb, *words = shlex.split(command)
        assert (program, verb) == ("groverattn", "report")
        asked.clear()
        assert run(*words, "--force")[0] == 0
        assert asked == first
        assert words[-2:] == ["-o", "own name.html"]


def test_a_report_that_no_command_makes_says_the_call():
    requests = [RowRequest.of(preset="gpt2", data_access="qroam"), RowRequest.of(n_keys=300, d_head=8, n_marked=5)]
    (call_,) = re.findall(r"`groverattn\.write_report\((.*), 'r\.html'\)`", made_by(requests, "r.html"))
    assert eval(call_, {"groverattn": groverattn}) == requests


def test_sizes_and_choices_reach_every_model(run, asked):
    options = ("--n-marked", 3, "--error-budget", 0.02, "--hardware", "litinski-2019", "--qram-latency-us", 5)
    status, _ = run("--preset", "toy", "gpt2", "toy", *options, "--score-method", "in-place", "-o", "r.html")
    assert status == 0
    assert [request.name for request in asked] == ["toy", "gpt2"]
    for request in asked:
        assert request.shape.n_marked == 3
        assert (request.error_budget, request.hardware) == (0.02, "litinski-2019")
        assert (request.qram.latency_us, request.design.score_method) == (5.0, "in-place")


def test_sizes_of_no_preset(run, asked):
    assert run("--n-keys", 300, "--d-head", 8, "--n-marked", 5, "-o", "r.html")[0] == 0
    assert [(request.name, request.shape.n_keys) for request in asked] == [("custom", 300)]


@pytest.mark.parametrize("existing", ["r.html", "r.md"])
def test_an_existing_file_is_refused_without_force(run, asked, tmp_path, page_text, existing):
    (tmp_path / existing).write_text("old")
    status, said = run("--preset", "gpt2", "-o", "r.html")
    assert status == 2
    assert "pass --force" in said
    assert asked == []
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(existing, "old")]
    status, said = run("--preset", "gpt2", "-o", "r.html", "--force")
    assert status == 0
    assert f"report: replaced {existing}" in said
    assert (tmp_path / "r.html").read_text("utf-8") == page_text


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--preset", "gpt2", "-o", "r.pdf"), "ends in .html"),
        (("--preset", "gpt2", "-o", "reference.html"), "other than reference.html"),
        (("--preset", "gpt2", "-o", "no/such/r.html"), "there is no folder"),
        (("--preset", "gpt3", "-o", "r.html"), "preset 'gpt3'"),
        (("-o", "r.html"), "--n-keys"),
        (("--preset", "gpt2"), "--output"),
        (("--preset", "gpt2", "--data-access", "qrom", "-o", "r.html"), "--data-access"),
        (("--preset", "gpt2", "--error-budget", "2", "-o", "r.html"), "error"),
    ],
)
def test_what_is_refused(run, asked, tmp_path, arguments, word):
    status, said = run(*arguments)
    assert status == 2
    assert [line.partition(":")[0] for line in said.splitlines()] == ["groverattn", "  given", "  allowed", "  why"]
    assert word in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: path.symlink_to("/nowhere/page.html")])
def test_a_shared_page_that_is_no_file_is_refused_before_anything_is_computed(run, tmp_path, make):
    make(tmp_path / "reference.html")
    status, said = run("--preset", "toy", "-o", tmp_path / "report.html", "--shared-reference")
    assert status == 2
    assert "reference.html" in said
    assert not (tmp_path / "report.html").exists()


def test_a_file_that_cannot_be_written_leaves_nothing(run, asked, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    status, said = run("--preset", "gpt2", "-o", "r.html")
    assert status == 2
    assert "No space left on device" in said
    assert list(tmp_path.iterdir()) == []


def test_committed_reports_are_computed_once_each(document, monkeypatch, page_text, markdown_text):
    asked = []
    monkeypatch.setattr(report_sheet, "report", lambda requests, **_: asked.extend(requests) or document)
    report_sheet._document.cache_clear()
    written = dict(list(report_sheet.reports())[2:6])
    assert [compute() for compute in written.values()] == [page_text, markdown_text] * 2
    assert [request.name for request in asked] == list(report_sheet.SHOWN)[:2]
    report_sheet._document.cache_clear()


def test_a_machine_of_ones_own_is_named_without_its_folder(run, tmp_path, read_page):
    file = tmp_path / 'own<b>"x&.toml'
    file.write_text('base = "gidney-fowler-2018"\n[reaction_time_us]\nvalue = 1\nsource = "<script>1</script> | `x`"\n')
    assert run("--preset", "toy", "--hardware", file, "-o", "r.html")[0] == 0
    text = (tmp_path / "r.html").read_text("utf-8")
    page = read_page(text)
    assert file.name in page.words
    assert "<script>1</script> |" in page.words
    assert str(tmp_path) not in text
    assert str(tmp_path) not in (tmp_path / "r.md").read_text("utf-8")
