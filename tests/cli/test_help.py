"""Help that fits a terminal, with an example of every verb that can be parsed."""

import importlib
import inspect
import os
import re
import shlex

import pytest

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.score.methods import SCORES
from groverattn.cli.app import GROUPS, app
from groverattn.cli.headings import HEADINGS
from groverattn.physical.machines.hardware import HARDWARE
from groverattn.reference.search.laws import LAWS
from tests.cli.forked import outputs

VERBS = [verb for verbs in GROUPS.values() for verb in verbs]


@pytest.fixture
def help_of(cli, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    return lambda *verb: cli(*verb, "--help")


def test_all_verbs_in_80_columns(help_of):
    outcome = help_of()
    assert outcome.status == 0
    assert max(map(len, outcome.out.splitlines())) <= 80
    for verb in VERBS:
        assert f" {verb.name} " in outcome.out
    for title in GROUPS:
        assert title in outcome.out
    assert "\x1b[" not in outcome.out  # no colour when piped
    for status in ("0 done", "1 a check failed", "2 input that cannot be used", "130 interrupted"):
        assert status in " ".join(outcome.out.split())


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_verb_says_what_it_does_and_shows_an_example_that_parses(help_of, verb):
    outcome = help_of(verb.name)
    assert outcome.status == 0
    assert max(map(len, outcome.out.splitlines())) <= 80
    words = " ".join(outcome.out.split())
    assert f"Example: {verb.example}" in words
    command, bound, _ = app.parse_args(shlex.split(verb.example)[1:], exit_on_error=False, print_error=False)
    assert command.__name__ == verb.name
    # The example of the module is the one that is shown.
    assert verb.example in (command.__doc__ or "")
    assert bound is not None


HELPS = [(verb, columns) for verb in ("estimate", "simulate", "report", "export") for columns in (60, 80, 120)]


@pytest.fixture(scope="module")
def helps():
    """The help of verbs by the width of the terminal; a process keeps its first width."""
    printed = outputs(*((os.environ | {"COLUMNS": str(columns)}, (verb, "--help")) for verb, columns in HELPS))
    return dict(zip(HELPS, (text.decode() for text in printed), strict=True))


@pytest.mark.parametrize(("verb", "columns"), HELPS)
def test_options_stand_under_headings(helps, verb, columns):
    lines = helps[verb, columns].splitlines()
    assert columns - 9 < max(map(len, lines)) <= columns
    titles = [line.strip("╭╮─ ") for line in lines if line.startswith("╭")]
    assert [title for title in HEADINGS if title in titles] == [title for title in titles if title != "Arguments"]
    assert 3 <= len(titles) <= 8


def test_every_input_has_a_heading_and_every_heading_an_input():
    shown = {name for verb in ("verify", "report", "crossover", *SHARED) for name in _options(verb)}
    placed = [name for names in HEADINGS.values() for name in names.split()]
    assert len(placed) == len(set(placed))
    assert set(placed) == shown


SHARED = ("estimate", "simulate", "diagnose", "compare", "frontier", "export")


def _options(verb):
    command, _, _ = app.parse_args([verb, *NEEDED.get(verb, ())], exit_on_error=False, print_error=False)
    return inspect.signature(command).parameters


NEEDED = {"report": ("-o", "x.html"), "export": ("--to", "qref")}


def test_help_names_options_as_they_are_typed(help_of):
    """No option of two words stands in a text of the help without its dashes."""
    for verb in SHARED:
        names = {name.replace("_", "-") for name in _options(verb) if "_" in name}
        words = re.findall(r"(?<![\w-])[a-z]+(?:-[a-z]+)+(?![\w-])", help_of(verb).out)
        assert not names & set(words)


def test_refusals_name_options_as_they_are_typed(cli):
    err = cli("estimate", "--n-keys", 8, "--d-head", 8, "--n-marked", 2, "--heads", 30, "--kv-heads", 8).err
    assert "given: --kv-heads 8 and --query-heads 30; allowed: --query-heads that are a multiple of --kv-heads" in err
    assert "given: --layer, --head; " in cli("simulate", "--layer", 3, "--head", 2).err


def test_names_are_listed_in_the_help(help_of):
    words = help_of("estimate").out.replace("│", " ").split()
    for name in (*DATA_ACCESSES, *SCORES, *HARDWARE, *LAWS):
        assert name in {word.strip(",;.") for word in words}


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("simulte",), 'why: Unknown command "simulte". Did you mean "simulate"?; do: did you mean simulate?'),
        (("estimate", "gpt2"), "why: 'gpt2' belongs to no option; do: write its option before it, one of the options"),
        (("estimate", "--machin", "x"), "given: --machin; "),
        (("estimate", "--machin", "x"), "do: did you mean --machine?"),
        (("estimate", "--n", 8), "do: did you mean --n-keys?"),
        (("estimate", "--keys", 8), "do: did you mean --n-keys?"),
        (("estimate", "--k", 8), "do: did you mean --n-marked?"),
        (("estimat",), "allowed: the commands that `groverattn --help` lists;"),
        (("frontier", "--n-key", 8), "do: did you mean --n-keys?"),
        (("physical", "--toffolis", 8), "do: did you mean --toffoli?"),
        (("presets", "--format", "jsn"), "do: did you mean json?"),
        (("presets", "--zzz"), "do: take one of the options that `groverattn presets --help` lists"),
        (("bogus",), "do: take one of the commands that `groverattn --help` lists"),
        (("presets", "--json"), "do: did you mean --format json?"),
        (("sweep", "study.toml", "--out", "x"), "do: did you mean --output?"),
        (("presets", "--out", "x"), "do: take one of the options"),
    ],
)
def test_words_that_are_no_option(cli, command, why):
    outcome = cli(*command)
    assert outcome.status == 2
    assert why in outcome.err


def test_a_refusal_has_the_cure_first_and_a_line_for_each_part(cli):
    lines = cli("estimate", "--preset", "gpt5").stderr.splitlines()
    assert lines[0] == "groverattn: did you mean gpt2 or gpt3-175b or gpt2-xl?"
    assert lines[1] == "  given: preset 'gpt5'"
    assert lines[2].startswith("  allowed: 1m-context-synthetic, deepseek-v3, ")
    assert lines[3:] == ["  why: there is no preset of this name"]


def test_a_refusal_is_wrapped_between_words(cli, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    lines = cli("estimate", "--preset", "gpt5").stderr.splitlines()
    assert max(map(len, lines)) <= 60
    assert sum(line.startswith("    ") for line in lines) >= 5
    assert {"mistral-large-4,", "1m-context-synthetic,"} <= {word for line in lines for word in line.split()}


@pytest.mark.parametrize("verb", ["estimate", "compare", "frontier", "physical", "crossover"])
def test_machine_is_another_name_of_hardware(cli, verb):
    assert "machine 'nosuch'" in cli(verb, "--machine", "nosuch", *SIZES[verb == "physical"]).err


SIZES = (("--preset", "toy"), ("--toffoli", 8, "--logical-qubits", 8))


def test_every_verb_is_listed():
    """Each public function of a module of verbs is a verb, and has a summary."""
    listed = {(verb.module, verb.name) for verb in VERBS}
    for module in {verb.module for verb in VERBS}:
        of_module = vars(importlib.import_module(f"groverattn.cli.{module}"))
        here = f"groverattn.cli.{module}"
        functions = {name for name, each in of_module.items() if getattr(each, "__module__", "") == here}
        assert {(module, name) for name in functions if not name.startswith("_")} == {
            each for each in listed if each[0] == module
        }


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_the_verbs(shell):
    script = app.generate_completion(prog_name="groverattn", shell=shell)
    for verb in VERBS:
        assert verb.name in script
