"""The HTML is well-formed, complete in itself and escaped, and the Markdown says the same."""

import base64
import csv
import hashlib
import io
import json
import re
from html import escape
from urllib.parse import unquote

import attrs
import pytest

from groverattn import __version__
from groverattn.estimation.estimate import estimate
from groverattn.report.build import chapter
from groverattn.report.reference import reference
from groverattn.report.results import ModelResults
from groverattn.show.document import Column, Document, Entry, Figure, Paragraph, Points, Section, Table
from groverattn.show.figures import canvas, svg_text
from groverattn.show.glance import Bar, Bars, Part, Tile, Tiles
from groverattn.show.html import csv_link, html
from groverattn.show.inline_svg import PALETTE, inline_svg, with_text
from groverattn.show.markdown import markdown
from groverattn.show.numbers import count, reproducible, words

NASTY = '<script>alert("1")</script> & <img src=x onerror=y> | a_b *c* [d]'


def _drawn():
    figure, axes = canvas(3, 2)
    axes.plot([1, 2], [1, 2], label="<b>")
    axes.legend()
    return svg_text(figure)


@pytest.fixture(scope="module")
def nasty_document():
    table = Table(NASTY, (Column(NASTY), Column("n", NASTY, "k")), ((words(NASTY), count(1)),), notes=(NASTY,))
    svg = with_text(_drawn)
    marked = svg.replace("<g id=", '<g id="value-0"></g><g id=', 1)
    figures = (Figure(marked, NASTY, ("k",), values=(NASTY,)), Figure(svg, "the same again", ("k",)))
    glance = Tiles((Tile(NASTY, words(NASTY), NASTY),), ("k",)), Bars((Bar(NASTY, (Part(NASTY, 1.0, NASTY),)),), ("k",))
    grouped = Table("", (Column("a", group=NASTY),), ((words(NASTY),),))
    blocks = (Paragraph(NASTY), Points((NASTY,)), table, grouped, *glance, *figures)
    ledger = {"k": Entry(NASTY, "formula", NASTY, NASTY)}
    sections = (Section(NASTY, "s", blocks), Section(NASTY, "t", folded=True))
    foot, data = (Paragraph(NASTY),), {NASTY: NASTY}
    return Document(NASTY, (Paragraph(NASTY),), sections, ledger, foot=foot, data=data, name=NASTY, elsewhere="there")


def test_tags_are_balanced_and_identifiers_unique(page):
    assert len(page.ids) == len(set(page.ids))


def test_every_link_of_a_report_that_is_sent_alone_leads_somewhere(page, page_text, markdown_text):
    assert set(page.targets) - set(page.ids) == set()
    assert len(page.targets) > 20
    assert not re.search(r"reference\.(html|md)", page_text + markdown_text)


def test_every_link_leads_to_the_page_or_to_the_one_that_reports_share(document, read_page):
    alone = attrs.evolve(document, chapters=document.chapters[:3], elsewhere="reference")
    page, markdown_text, shared = read_page(html(alone)), markdown(alone), read_page(html(reference()))
    assert set(page.targets) - set(page.ids) == set()
    away = [value for tag, name, value in page.attributes if (tag, name) == ("a", "href") and "reference" in value]
    assert len(away) > 20
    assert {value.partition("#")[0] for value in away} == {"reference.html"}
    assert {value.partition("#")[2] for value in away} <= set(shared.ids)
    in_markdown = re.findall(r"\]\(reference\.md#([^)]+)\)", markdown_text)
    assert set(in_markdown) == {value.partition("#")[2] for value in away}
    assert shared.targets
    assert set(shared.targets) <= set(shared.ids)


def test_nothing_is_loaded(page, page_text):
    assert not re.search(r"<(link|iframe|object|embed|img|base|form)\b|@import|@font-face|javascript:", page_text)
    assert not re.search(r"url\((?!#)", page_text)
    assert [value for _, name, value in page.attributes if name in ("src", "srcset", "xlink:href", "data")] == []
    outside = {tag for tag, _, value in page.attributes if value and "://" in value}
    assert outside == {"a"}
    assert all(
        value.startswith("https://arxiv.org/abs/") for tag, _, value in page.attributes if value and "://" in value
    )


def test_the_policy_lets_its_one_script_run_and_nothing_be_loaded(page, page_text):
    (policy,) = (value for tag, name, value in page.attributes if (tag, name) == ("meta", "content") and "src" in value)
    scripts = re.findall(r"<script>(.*?)</script>", page_text, re.DOTALL)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert policy == f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'"
    assert not re.search(r"fetch|XMLHttpRequest|import|WebSocket|sendBeacon|innerHTML|eval", scripts[0])
    assert [name for _, name, _ in page.attributes if name.startswith("on")] == []


def test_results_are_in_the_page_as_json(page_text, requests):
    (text,) = re.findall(r'<script type="application/json" id="results">(.*?)</script>', page_text, re.DOTALL)
    assert not set("<>&") & set(text)
    found = json.loads(text)
    assert [model["name"] for model in found["models"]] == [request.name for request in requests]
    printed = estimate(requests[1]).as_json()
    assert found["models"][1]["estimates"]["best"]["physical"] == json.loads(
        json.dumps(reproducible(printed["physical"]))
    )


def test_every_table_is_a_csv_file_too(page, html_tables, document):
    links = [
        value for tag, name, value in page.attributes if (tag, name) == ("a", "href") and value.startswith("data:")
    ]
    tables = [block for each in document.sections() for block in each.blocks if isinstance(block, Table)]
    assert links == list(map(csv_link, tables))
    for link, table, shown in zip(links, tables, html_tables, strict=True):
        first, *rows = csv.reader(io.StringIO(unquote(link.partition(",")[2])))
        assert len(first) == len(shown.headings)
        assert len(rows) == len(shown.rows)
        for row, cells in zip(rows, table.rows, strict=True):
            values = [(text, cell.value) for text, cell in zip(row, cells, strict=True) if cell.value is not None]
            assert all(float(text) == pytest.approx(value, rel=1e-11) for text, value in values)


def test_page_one_is_open_and_chapters_are_folded(document, page):
    model = document.chapters[1]
    kinds = [type(block).__name__ for block in model.blocks]
    assert kinds == ["Tiles", "Paragraph", "Figure", "Bars", "Paragraph"]
    assert len(model.blocks[0].items) == 4
    assert all(section.folded for section in model.sections)
    assert [tag for tag, name, value in page.attributes if value in {each.anchor for each in model.sections}] == [
        "details"
    ] * len(model.sections)


def test_the_foot_has_version_and_command(page, markdown_text):
    made = f"Made by groverattn {__version__} with"
    assert f"{made} groverattn report --preset toy gpt2 -o report.html." in page.words
    assert f"{made} `groverattn report --preset toy gpt2 -o report.html`." in markdown_text


def test_values_stand_on_the_points_of_the_figure(page_text, document):
    figure = document.chapters[1].blocks[2]
    assert len(figure.values) > 4
    drawn = re.findall(r"<svg .*?</svg>", page_text, re.DOTALL)[0]
    assert re.findall(r"<title>(.*?)</title>", drawn) == [escape(text) for text in figure.values]


def test_it_has_a_language_a_title_and_a_width(page, page_text):
    assert page_text.startswith("<!DOCTYPE html>\n")
    assert ("html", "lang", "en") in page.attributes
    assert ("meta", "name", "viewport") in page.attributes
    assert "<title>Grover search for attention: toy, gpt2</title>" in page_text
    assert "prefers-color-scheme: dark" in page_text
    assert "@media print" in page_text


TABLES = 12
"""Tables of a model; one report had three times as many."""


def test_every_table_has_a_caption_and_as_many_cells_as_headings(html_tables):
    n_shared = sum(isinstance(block, Table) for each in reference().sections() for block in each.blocks)
    assert len(html_tables) == 2 * TABLES + 1 + n_shared
    for table in html_tables:
        assert re.match(r"Table \d+\. \S", table.caption)
        assert table.headings
        assert {len(row) for row in table.rows} == {len(table.headings)}


def test_markdown_has_the_same_tables(html_tables, md_tables):
    assert [table.caption for table in md_tables] == [table.caption for table in html_tables]
    for ours, theirs in zip(md_tables, html_tables, strict=True):
        assert ours.rows == theirs.rows
        headings = [heading.replace("(", "").replace(")", "").split() for heading in ours.headings]
        assert headings == [heading.replace("(", "").replace(")", "").split() for heading in theirs.headings]


def test_markdown_has_the_same_sections_and_links(page, markdown_text):
    anchors = re.findall(r'<a id="([^"]+)"></a>', markdown_text)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r"\]\(#([^)]+)\)", markdown_text)) <= set(anchors)
    assert [anchor for anchor in page.ids if not anchor.startswith("figure") and anchor != "results"] == anchors


def test_nothing_of_this_machine_and_no_date(page_text, markdown_text):
    for text in (page_text, markdown_text):
        assert not re.search(r"/(home|root|tmp|work|usr|Users)/", text)
        assert not re.search(r"\b20[2-9]\d-\d\d-\d\d\b", text)


def test_a_report_is_the_same_each_time(document, requests, page_text):
    again = attrs.evolve(
        document, chapters=(document.chapters[0], chapter(ModelResults(requests[0])), *document.chapters[2:])
    )
    assert again.chapters[1] == document.chapters[1]
    assert html(again) == page_text


def test_a_model_is_below_the_size_allowed(page_text, markdown_text):
    shared = reference()
    assert len(page_text.encode()) - len(html(shared).encode()) < 2 * 200_000
    assert len(markdown_text.encode()) - len(markdown(shared).encode()) < 2 * 40_000


def test_words_cannot_become_tags(nasty_document, read_page):
    page = read_page(html(nasty_document))
    scripts = [name for tag, name, _ in page.attributes if tag == "script"]
    assert scripts == ["type", "id"]
    assert "img" not in {tag for tag, _, _ in page.attributes}
    assert page.words.count('<script>alert("1")</script>') >= 16
    assert len(page.ids) == len(set(page.ids))


def test_words_cannot_become_markdown(nasty_document):
    text = markdown(nasty_document)
    assert "<script" not in text.replace("\\<script", "")
    assert "<img" not in text.replace("\\<img", "")
    row = next(line for line in text.splitlines() if line.startswith("|") and line.endswith("| 1 |"))
    assert len(re.split(r"(?<!\\)\|", row)) == 4


def test_figures_take_the_ink_of_the_page(page_text, document):
    figures = re.findall(r"<svg .*?</svg>", page_text, re.DOTALL)
    drawn = [block for each in document.sections() for block in each.blocks if isinstance(block, Figure)]
    assert len(figures) == 2 * len(drawn)  # each for a page and for a phone
    for figure in figures:
        assert set(re.findall(r"#[0-9a-f]{6}\b", figure)) == set()
        assert "font-family" not in figure
        assert "<style" not in figure
        assert "<text" in figure


def test_words_of_a_figure_are_legible_on_a_phone(page_text):
    """A narrow figure is shown at the 361 pixels of a phone of 390, and no smaller than its words are meant."""
    for drawn in re.findall(r'<svg [^>]*class="narrow".*?</svg>', page_text, re.DOTALL):
        width = float(re.search(r'viewBox="0 0 ([\d.]+)', drawn)[1])
        shown_px = min(361, width * 4 / 3)
        sizes = [float(size) for size in re.findall(r'font(?:-size="|-size: |: )([\d.]+)', drawn)]
        assert sizes
        assert min(sizes) * shown_px / width > 9


def test_an_unknown_colour_stays():
    svg = '<svg viewBox="0 0 1 1"><g fill="#123456" stroke="#2f5d8a"/></svg>'
    assert '<g fill="#123456" stroke="var(--blue)"/>' in inline_svg(svg, "f-", "x")


def test_every_colour_of_a_figure_is_defined_three_times(page_text):
    """For light, dark and paper."""
    style = page_text[: page_text.index("</style>")]
    for name in {value for value in PALETTE.values() if value.startswith("var(")}:
        assert style.count(f"{name[4:-1]}: #") == 3


def test_identifiers_have_their_figures_prefix_and_references_follow():
    svg = '<svg viewBox="0 0 9 9"><g id="a b"/><path id="p"/><use xlink:href="#p"/><g clip-path="url(#p)"/></svg>'
    drawn = inline_svg(svg, "f7-", "x")
    assert re.findall(r'(?:id="|href="#|url\(#)([^")]+)', drawn) == ["f7-p", "f7-p", "f7-p"]


def test_an_image_without_a_size_is_refused():
    with pytest.raises(ValueError, match="viewBox"):
        inline_svg("<svg></svg>", "f-", "x")


def test_page_one_says_where_k_is_from(document, markdown_text):
    toy, gpt2 = (chapter.blocks[-1].text for chapter in document.chapters[1:3])
    assert toy == "k = 2: our choice; small enough to simulate every qubit."
    assert gpt2 == "k = 32: our assumption."
    assert gpt2 in markdown_text
