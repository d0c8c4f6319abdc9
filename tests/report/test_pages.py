"""The HTML is well-formed, complete in itself and escaped, and the Markdown says the same."""

import re

import attrs
import pytest

from groverattn.estimation.figure import toffoli_svg
from groverattn.report.build import chapter
from groverattn.report.results import ModelResults
from groverattn.show.document import Column, Document, Entry, Figure, Paragraph, Points, Section, Table
from groverattn.show.html import html
from groverattn.show.inline_svg import PALETTE, inline_svg, with_text
from groverattn.show.markdown import markdown
from groverattn.show.numbers import count, words

NASTY = '<script>alert("1")</script> & <img src=x onerror=y> | a_b *c* [d]'


@pytest.fixture(scope="module")
def nasty_document():
    table = Table(NASTY, (Column(NASTY), Column("n", NASTY, "k")), ((words(NASTY), count(1)),), notes=(NASTY,))
    svg = with_text(lambda: toffoli_svg({"one": {"load": 1, "<b>": 2}}))
    figures = (Figure(svg, NASTY, ("k",)), Figure(svg, "the same again", ("k",)))
    blocks = (Paragraph(NASTY), Points((NASTY,)), table, *figures)
    ledger = {"k": Entry(NASTY, "formula", NASTY, NASTY)}
    return Document(NASTY, (Paragraph(NASTY),), (Section(NASTY, "s", blocks),), ledger)


def test_tags_are_balanced_and_identifiers_unique(page):
    assert len(page.ids) == len(set(page.ids))


def test_every_link_within_the_page_leads_somewhere(page):
    assert set(page.targets) - set(page.ids) == set()


def test_nothing_is_loaded(page, page_text):
    assert not re.search(
        r"<(script|link|iframe|object|embed|img|base|form)\b|@import|@font-face|javascript:", page_text
    )
    assert not re.search(r"url\((?!#)", page_text)
    assert [value for _, name, value in page.attributes if name in ("src", "srcset", "xlink:href", "data")] == []
    outside = {tag for tag, _, value in page.attributes if value and "://" in value}
    assert outside == {"a"}
    assert all(
        value.startswith("https://arxiv.org/abs/") for tag, _, value in page.attributes if value and "://" in value
    )


def test_it_has_a_language_a_title_and_a_width(page, page_text):
    assert page_text.startswith("<!DOCTYPE html>\n")
    assert ("html", "lang", "en") in page.attributes
    assert ("meta", "name", "viewport") in page.attributes
    assert "<title>Grover search for attention: toy, gpt2</title>" in page_text
    assert "prefers-color-scheme: dark" in page_text
    assert "@media print" in page_text


def test_every_table_has_a_caption_and_as_many_cells_as_headings(html_tables):
    assert len(html_tables) > 50
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
    assert [anchor for anchor in page.ids if not anchor.startswith("figure")] == anchors


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


def test_one_chapter_is_below_the_size_allowed(page_text):
    assert len(page_text.encode()) < 2 * 250_000


def test_words_cannot_become_tags(nasty_document, read_page):
    page = read_page(html(nasty_document))
    tags = {tag for tag, _, _ in page.attributes}
    assert not tags & {"script", "img"}
    assert page.words.count('<script>alert("1")</script>') >= 8
    assert len(page.ids) == len(set(page.ids))


def test_words_cannot_become_markdown(nasty_document):
    text = markdown(nasty_document)
    assert "<script" not in text.replace("\\<script", "")
    row = next(line for line in text.splitlines() if line.startswith("|") and line.endswith("| 1 |"))
    assert len(re.split(r"(?<!\\)\|", row)) == 4


def test_figures_take_the_ink_of_the_page(page_text, document):
    figures = re.findall(r"<svg .*?</svg>", page_text, re.DOTALL)
    assert len(figures) == sum(isinstance(block, Figure) for each in document.sections() for block in each.blocks)
    for figure in figures:
        assert set(re.findall(r"#[0-9a-f]{6}\b", figure)) == set()
        assert "font-family" not in figure
        assert "<style" not in figure
        assert "<text" in figure


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
