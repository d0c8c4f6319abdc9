"""The documents name files, tests and links that exist, and numbers that the program computes."""

import doctest
import re
from pathlib import Path

import numpy as np
import pytest

import groverattn
from groverattn.bloqs.flat.flattening import flatten
from groverattn.estimation.estimate import estimate
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import bundled_head
from groverattn.problem.instance import Instance
from groverattn.reference.attention.error_bounds import row_errors
from groverattn.reference.attention.goodness import largest_keys
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.reference.search.laws import search_cost
from groverattn.reference.search.trials import GroverRun
from groverattn.row.circuit import score_of
from groverattn.row.request import RowRequest
from groverattn.row.time import one_key
from groverattn.row.verdict import row_verdict
from groverattn.show.numbers import number_text, time_text
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.gate_engines import search_bloq
from groverattn.simulation.head import simulate
from groverattn.simulation.request import SimulationRequest
from groverattn.verification.layers import steps_of
from groverattn.verification.row import SearchedRow

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("estimates/*.md")])
TESTS = "".join(path.read_text("utf-8") for path in ROOT.glob("tests/**/*.py"))
PACKAGE = ROOT / "src" / "groverattn"

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


@every_document
def test_links_lead_somewhere(document):
    links = re.findall(r"\]\(([^)#]+)\)", document.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


@every_document
def test_files_of_the_package_exist(document):
    """What is named by a path: from the package, or from the root of the repository."""
    named = re.findall(r"`((?:\w+/)+\w+\.(?:py|toml))`", document.read_text("utf-8"))
    assert [name for name in named if not any((root / name).exists() for root in (PACKAGE, ROOT))] == []


@every_document
def test_names_of_the_public_api_exist(document):
    named = re.findall(r"(?<![\w./-])groverattn\.(\w+)[(\[]", document.read_text("utf-8"))
    assert [name for name in named if name not in groverattn.__all__] == []


def test_the_example_in_readme_prints_what_it_says():
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert result.attempted == 3
    assert result.failed == 0


@every_document
def test_tests_exist(document):
    named = re.findall(r"`(test_\w+)`", document.read_text("utf-8"))
    assert [name for name in named if f"def {name}(" not in TESTS] == []


def test_architecture_names_every_folder_in_few_lines():
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    folders = {path.parent.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*/*.py")} - {"."}
    studies = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("studies/*/*.py")}
    assert len(folders) > 20
    assert [name for name in sorted(folders | studies) if f"`{name}`" not in text] == []
    assert len(text.splitlines()) <= 120


def test_architecture_names_modules_that_exist():
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    modules = set(re.findall(r"(?<![\w.])((?:\w+/)+\w+\.py)\b", text))
    assert len(modules) > 20
    assert [name for name in sorted(modules) if not any((root / name).is_file() for root in (PACKAGE, ROOT))] == []


def test_numbers_on_the_packaged_head_in_limitations():
    """Medians over its rows at k = 16: 1.8 for the bound known beforehand, 0.53 for the certificate, 0.35 the error."""
    head = bundled_head()
    scores = head.queries @ head.keys.T
    errors = row_errors(SparseRankOne.from_found(head, list(np.argsort(-scores, axis=1)[:, :16])))
    medians = [np.median(each) for each in (errors.a_priori, errors.a_posteriori, errors.weight_error)]
    assert [f"{median:.2g}" for median in medians] == ["1.8", "0.53", "0.35"]
    tails = largest_keys(head, 16).tail_range
    assert f"{np.median(tails):.1f}" == "6.1"
    assert tails.min() > 1
    assert (
        "at k = 16 is 1.8. The certificate from the tail's mass, known afterwards, has median 0.53; the error itself"
        in limitations()
    )


def limitations():
    return " ".join((ROOT / "docs/limitations.md").read_text("utf-8").split())


def test_what_stopping_costs_in_limitations():
    """What the last round takes, and what share of a row that is, at n = 2^17 and the error budget of `estimate`."""
    request = RowRequest.of(preset="llama3.1-8b")
    n, p_failure = request.shape.n_keys, estimate(request).row.p_miss
    assert (n, request.shape.n_marked, request.error_budget) == (1 << 17, 512, 0.01)
    to_stop, whole = (search_cost("expected", n, k, p_failure) for k in (0, 512))
    share = to_stop.iterates_expected / whole.iterates_expected
    assert f"a miss allowed in one of {1 / p_failure:.0f} rows" in limitations()
    assert (
        f"that round takes {to_stop.iterates_expected:,.0f} iterates, {to_stop.phased_expected:,.0f} of them a "
        f"fixed-point search: all of them at k = 0, {100 * share:.0f} % of {whole.iterates_expected:,.0f} at k = 512"
    ) in limitations()
    assert f"they are {100 * whole.phased_expected / whole.iterates_expected:.0f} % of the iterates" in limitations()


def test_what_depth_alone_would_buy_in_limitations():
    """A control computer for nothing on the bucket brigade, and the best circuit; with a measured unload neither."""
    request = one_key(RowRequest.of(preset="llama3.1-8b"), data_access="bucket-brigade")
    verdict = row_verdict(request, score_of(request))
    ratio = f"{verdict.optimistic.slowest.ratio_at_n_max:.0f}"
    best = f"{verdict.readings.one_machine.slowest.ratio_at_n_max:.0f}"
    assert f"falls like log(n) / sqrt(n), and is {ratio} at n = 2^56" in limitations()
    assert f"({best} with the best circuit, `one-hot`" in limitations()
    assert verdict.full.never


def test_toy_sizes_in_limitations():
    """The packaged head, with the seed and the budget of `groverattn run`; every engine makes the same draws."""
    request = SimulationRequest(n_marked=16, engine=EngineChoice("law"), seed=0)
    result = simulate(request, head=bundled_head()).as_json()
    assert (
        f"the search makes {result['iterates']:,} oracle calls where a scan reads {result['key_visits_of_a_scan']:,} "
        f"keys, and reads another {result['classical_key_visits']:,} keys"
    ) in limitations()


BLOCKS = {"data_access": "one-hot", "keys_per_query": 2, "words_at_once": 2}


@pytest.mark.parametrize(("n_keys", "circuit"), [(1024, {"data_access": "qrom"}), (4096, BLOCKS)])
def test_rows_that_are_run_gate_by_gate_in_methods(n_keys, circuit):
    """Qubits and gates of one iterate from the flat circuit, the iterates of the row from the engine `law`."""
    head, methods = gaussian_head(n_keys, 64, seed=1), (ROOT / "docs/methods.md").read_text("utf-8")
    row = SearchedRow.of(Instance.from_target(head, 16, 8, 8), 0, **circuit)
    iterate = flatten(search_bloq(row.oracle(row.threshold), GroverRun(1)))
    request = SimulationRequest(n_marked=16, engine=EngineChoice("law"), seed=1, rows="0:1", **circuit)
    iterates = simulate(request, head=head).total("iterates")
    assert f"{iterates} iterates of a row on {iterate.n_wires:,} qubits" in methods
    if circuit is BLOCKS:
        gates = f"{iterate.gate_counts.total():.1e}".replace("e+0", "e")
        written, steps = (f"{round(len(some), -2):,}" for some in (iterate.gates, steps_of(iterate)))
        assert (
            f"{iterate.n_wires:,} qubits and {gates} gates, {written} if a fan-out is one: {steps} steps"
            in " ".join(methods.split())
        )


def test_what_a_qram_would_take_in_the_questions():
    found = estimate(RowRequest.of(preset="llama3.1-8b", data_access="qram"))
    seconds, factor = time_text(found.physical.duration_s), number_text(found.slower_by_slowest)
    text = " ".join((ROOT / "docs/faq.md").read_text("utf-8").split())
    assert f"takes {seconds}, {factor} times as long as on a GPU" in text
