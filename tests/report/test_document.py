"""The document: every table and number has its unit and its line in the ledger, and the headline is the estimate."""

import re
from pathlib import Path

import pytest

import groverattn
from groverattn.estimation.estimate import estimate
from groverattn.physical.table import LIMIT_WORDS
from groverattn.report import build
from groverattn.report.reference import reference
from groverattn.report.results import DESIGNS
from groverattn.row.best import best_row
from groverattn.row.price import RowPrice
from groverattn.row.request import RowRequest
from groverattn.show.document import (
    IN_CELL,
    Column,
    Figure,
    Paragraph,
    Points,
    Section,
    Table,
    entry_anchor,
    used,
)
from groverattn.show.numbers import count, count_text, time_text, words
from groverattn.whole_model.model import gpu_times

ROOT = Path(__file__).parents[2]


def blocks(document, *kinds):
    return [block for section in document.sections() for block in section.blocks if isinstance(block, kinds)]


def section(document, anchor):
    return next(each for each in document.sections() if each.anchor == anchor)


def has_numbers(sentence):
    """Whether digits stand in it that are neither code, nor the name of a paper, a link, a product or an exponent."""
    text = re.sub(r"`[^`]+`|\[[^\]]+\]\(#[\w.-]+\)|arXiv:[\w./-]+", "", sentence)
    text = re.sub(r"\^-?\d+", "", text)
    text = re.sub(r"\b[A-Za-z][\w.-]*\d[\w.-]*|\b(Section|Table|Eq\.|Fig\.|Appendix) [\w.()]+|\d d²|2D", "", text)
    return bool(re.search(r"\d", text))


def test_every_numeric_column_has_a_unit_and_a_line_of_the_ledger(document):
    missing = []
    for table in blocks(document, Table):
        for i, column in enumerate(table.columns):
            if not column.numeric:
                continue
            if not column.quantity and not table.row_quantities:
                missing.append((table.caption, column.heading))
            values = [row[i] for row in table.rows if row[i].value is not None]
            if column.unit == IN_CELL:
                bare = [cell.text for cell in values if not re.search(r"[a-z]", cell.text.replace("e", ""))]
                # probabilities, ratios and counts of parts are pure numbers
                missing += [(table.caption, text) for text in bare if "," in text or re.fullmatch(r"\d{4,}", text)]
    assert missing == []


def test_a_column_of_words_holds_no_numbers(document):
    wrong = [
        (table.caption, row[i].text)
        for table in blocks(document, Table)
        for i, column in enumerate(table.columns)
        for row in table.rows
        if not column.numeric and row[i].value is not None
    ]
    assert wrong == []


def test_every_sentence_with_a_number_has_a_line_of_the_ledger(document):
    paragraphs = [(block.text, block.quantities) for block in blocks(document, Paragraph)]
    points = [(item, block.quantities) for block in blocks(document, Points) for item in block.items]
    without = [text for text, quantities in (*paragraphs, *points) if has_numbers(text) and not quantities]
    assert without == []


def test_every_figure_has_a_line_of_the_ledger(document):
    figures = blocks(document, Figure)
    assert len(figures) == 4
    assert all(figure.quantities for figure in figures)


def test_the_frontier_has_the_designs_of_the_report_and_counts_agree(document, requests):
    for request in requests:
        tiles, _, figure, *_ = section(document, request.name).blocks
        text, table, *_ = section(document, f"{request.name}-choices").blocks
        n_points = len(figure.values) - len(DESIGNS)
        assert f"{n_points} of these designs are beaten by no other" in text.text
        assert f"the {n_points} designs that no other beats" in figure.caption
        marked = {row[5].text.split("`")[1]: row for row in table.rows if row[5].text.startswith("`")}
        assert set(marked) == set(DESIGNS)
        assert [cell.value for cell in marked["best"][:2]] == [tile.value.value for tile in tiles.items[:2]]
        beaten = [note for note in table.notes if "another design beats it" in note]
        shown = re.search(r"\((\d+) of (\d+)\)", table.caption)
        n_shown = int(shown[1]) if shown else n_points
        assert len(table.rows) == n_shown + len(beaten)
        assert shown is None or int(shown[2]) == n_points
        assert [row[0].value for row in table.rows] == sorted(row[0].value for row in table.rows)


def test_identifiers_are_clean_and_no_others_of_the_page():
    sizes = {"n_keys": 16, "d_head": 4, "n_marked": 2}
    names = ("a/b [c]|d", "words", "a b [c] d", "")
    models = build._models([RowRequest.of(name=name, **sizes) for name in names])
    assert [model.anchor for model in models] == ["a-b-c-d", "words-2", "a-b-c-d-2", "model"]


def test_gpu_times_of_a_whole_model_say_that_nothing_is_selected(document, requests):
    for request in requests:
        table = section(document, f"{request.name}-model").blocks[1]
        assert any("no selection of the k largest" in note for note in table.notes)
        slowest = max(line.time_s for line in gpu_times(request) if line.kind == "decode")
        assert table.rows[0][6].value == slowest


def test_the_ledger_of_the_shared_page_has_every_quantity(document):
    keys = {key for each in document.sections() for key in used(each)}
    assert keys <= set(document.ledger)
    shared = reference()
    printed = section(shared, "ledger").blocks[-1]
    assert [row[0].text for row in printed.rows] == [entry.name for entry in shared.ledger.values()]
    assert {entry_anchor(key) for key in keys} <= set(printed.row_anchors)
    assert set(document.ledger) == set(shared.ledger)


def test_what_reports_share_is_inlined_unless_they_share_it(requests, monkeypatch):
    monkeypatch.setattr(build, "chapter", lambda model, on_section: Section(model.name, model.name))
    alone, whole = (build.report(requests[:1], shared_reference=given) for given in (True, False))
    assert {each.anchor for each in reference().chapters} == {"words", "machines", "ledger", "other-lines"}
    assert [each.anchor for each in whole.chapters[1:]] == [each.anchor for each in reference().chapters]
    assert [each.anchor for each in alone.chapters] == ["toy"]
    assert (alone.elsewhere, whole.elsewhere) == ("reference", "")
    assert "--shared-reference -o" in alone.foot[0].text
    assert not any(each.on_paper for each in whole.chapters[1:])


def test_checks_of_the_ledger_exist(document):
    for entry in document.ledger.values():
        files = re.findall(r"`(tests/[\w/]+\.py)`", entry.check)
        tests = re.findall(r"`(test_\w+)`", entry.check)
        text = "".join((ROOT / file).read_text("utf-8") for file in files)
        assert [test for test in tests if f"def {test}(" not in text] == []
        assert files or entry.how != "counted"


def test_headline_numbers_are_those_of_the_estimate(document, requests):
    for request in requests:
        table = section(document, f"{request.name}-headline").blocks[0]
        rows = {row[0].text: row for row in table.rows}
        lines = {}
        for design, objective in zip(DESIGNS, ("volume", "toffoli"), strict=True):
            printed = estimate(request.but(optimise=objective)).as_json()
            lines = {line["name"]: line["time_s_per_row"] for line in printed["classical"]}
            _, qubits, time, ratio, over_fastest, p_wrong, _ = rows[f"quantum, `{design}`"]
            assert qubits.value == printed["physical"]["qubits"]
            assert qubits.text == count_text(printed["physical"]["qubits"])
            assert time.value == printed["physical"]["duration_s"]
            assert time.text == time_text(printed["physical"]["duration_s"])
            assert ratio.value == pytest.approx(printed["physical"]["duration_s"] / max(lines.values()))
            assert over_fastest.value == pytest.approx(printed["slower_by_fastest"])
            assert p_wrong.value == printed["error_budget"]["p_failure"]
        gpus = section(document, f"{request.name}-headline").blocks[1]
        cells = [cell.value for row in gpus.rows for cell in row[1:] if cell.value is not None]
        assert sorted(cells) == sorted(lines.values())


def test_page_one_says_what_the_estimate_says(document, requests):
    """Tiles, bars, marks of the figure and the tables of the chapters have one number each."""
    request = requests[1]
    found = estimate(request)
    tiles, _, figure, bars, _ = section(document, request.name).blocks
    slowest = max(line.time_s_per_row for line in found.classical)
    assert [tile.value.value for tile in tiles.items] == [
        found.row.qubits,
        found.physical.duration_s,
        slowest,
        pytest.approx(found.slower_by_slowest),
    ]
    assert [bar.name.split(", ")[1] for bar in bars.items[:2]] == [tile.value.text for tile in tiles.items[:2]]
    times = {part.name: part.share for part in bars.items[1].parts}
    assert max(times.values()) == pytest.approx(
        max(phase.duration_s for phase in found.physical.phases) / found.physical.duration_s
    )
    assert any(text.startswith(f"best: {found.row.design_text}") for text in figure.values)


def test_no_chapter_contradicts_another_on_what_sets_the_time(document, requests):
    for request in requests:
        physical = estimate(request).physical
        alone = [name for name, seconds in physical.limits_s.items() if seconds >= 0.8 * physical.duration_s]
        named = [physical.limited_by, *(name for name in alone if name != physical.limited_by)]
        bound = ", ".join(LIMIT_WORDS[name] for name in named)
        tiles = section(document, request.name).blocks[0]
        assert f"set by {bound};" in tiles.items[1].note
        headline = section(document, f"{request.name}-headline").blocks[0].rows[0]
        machines = section(document, f"{request.name}-choices").blocks[3].rows[0]
        limits = section(document, f"{request.name}-limits").blocks[1]
        assert headline[-1].text == machines[-1].text == bound
        assert f"of `best` by {bound}" in limits.notes[0]
        assert limits.rows[-1][1].value == headline[2].value == machines[5].value == tiles.items[1].value.value


def test_parts_and_limits_are_those_of_the_estimate(document, requests):
    request = requests[-1]
    printed = estimate(request).as_json()
    parts = section(document, f"{request.name}-circuit").blocks[2]
    counted = {row[0].text: row[1].value for row in parts.rows}
    assert counted == {name: printed["iterate"]["parts"][name] for name in counted}
    assert sum(counted.values()) == sum(printed["iterate"]["parts"].values())
    limits = section(document, f"{request.name}-limits").blocks[1]
    physical = printed["physical"]
    times = [seconds for seconds in physical["limits_s"].values() if seconds]
    assert [row[1].value for row in limits.rows] == [*times, physical["duration_s"]]
    built = {row[0].text: row[1].value for row in section(document, f"{request.name}-limits").blocks[2].rows}
    for part in ("search", "storage", "distillation", "synthesis"):
        assert built.get(f"error: {part}", 0) == printed["error_budget"][part]


def test_no_cell_has_more_than_six_digits_in_a_row(document):
    long = [
        cell.text
        for table in blocks(document, Table)
        for row in table.rows
        for cell in row
        if cell.value is not None and re.search(r"\d{7}", cell.text.replace(",", ""))
    ]
    assert long == []


def test_sections_are_named_once(document):
    anchors = [each.anchor for each in document.sections()]
    assert len(anchors) == len(set(anchors))


def test_all_machines_and_accesses_have_a_row(document, requests):
    from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
    from groverattn.physical.machines.hardware import HARDWARE

    for request in requests:
        _, _, accesses, machines, *_ = section(document, f"{request.name}-choices").blocks
        assert {row[0].text for row in machines.rows} == set(HARDWARE)
        assert {row[0].text for row in accesses.rows} == {f"`{name}`" for name in DATA_ACCESSES}
    tables = [block.caption for block in section(reference(), "machines").blocks if isinstance(block, Table)]
    assert set(tables) == set(HARDWARE)


def test_a_row_of_another_width_is_refused():
    with pytest.raises(ValueError, match="has not 2 cells"):
        Table("x", (Column("a"), Column("b")), ((words("1"),),))
    with pytest.raises(ValueError, match="one quantity"):
        Table("x", (Column("a"),), ((count(1),),), row_quantities=("a", "b"))


def test_estimates_are_computed_once(monkeypatch, requests):
    from groverattn.report import results as module

    asked = []

    def counting(compute):
        def counted(request):
            asked.append((request.optimise, request.hardware))
            return compute(request)

        return counted

    monkeypatch.setattr(module, "estimate", counting(estimate))
    monkeypatch.setattr(module, "best_row", counting(best_row))
    results = module.ModelResults(requests[0])
    machines = results.machines
    assert all(isinstance(result, RowPrice) for result in machines.values())
    assert len(asked) == len(set(asked)) == len(DESIGNS) + len(machines) - 1


def test_the_command_of_the_chapter_runs_the_circuit_that_is_priced(document):
    """Of the toy, searched as one part: as many keys; the query is drawn, so that the score has some gates more."""
    text = next(block.text for block in section(document, "toy-circuit").blocks if "groverattn verify" in str(block))
    command = re.search(r"`groverattn (verify [^`]+)`", text)
    assert command is not None
    result = estimate(RowRequest.of(preset="toy"))
    options = {name.replace("-", "_"): value for name, value in re.findall(r"--([a-z-]+) (\S+)", command[1])}
    assert options["n_keys"] == str(result.search.part_keys)
    verified = groverattn.verify(**options)
    assert verified.as_json()["mismatches"] == verified.as_json()["dirty_ancillas"] == 0
    run, parts = verified.as_json()["run"], result.totals.iterate.toffoli_parts
    assert run["toffoli"] == pytest.approx(sum(parts.values()) - parts["diffusion"], rel=0.1)
    assert run["logical_qubits"] == pytest.approx(result.totals.iterate.total.logical_qubits, rel=0.1)
