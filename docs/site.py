"""MkDocs hook that makes the navigation of index.md, and adds the files of the repository that pages link to.

These files stand below repository/ on the site.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
_LINK = re.compile(r"""(?<=\]\()[^)#\s]+|(?<=\bsrc=")[^"#]+""")
_ENTRY = re.compile(r"\[([^\]]+)\]\(([^)#\s]+\.md)\)")
_CODE = re.compile(r"^(?:```.*?^```|    [^\n]*)$|`[^`\n]+`", re.DOTALL | re.MULTILINE)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Make the navigation of index.md: each heading is a group, and each link to a page one of its entries."""
    _, *groups = re.split(r"^## ", (DOCS / "index.md").read_text("utf-8"), flags=re.MULTILINE)
    config.nav = []
    for group in groups:
        pages = [{words: uri((DOCS / link).resolve())} for words, link in _ENTRY.findall(group)]
        config.nav.append({group.splitlines()[0]: pages})
    next(iter(config.nav[0].values())).insert(0, {"Contents": "index.md"})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what pages link to, and what is linked to from there."""
    seen, pages = set(), [DOCS / file.src_uri for file in files.documentation_pages()]
    while pages:
        for path in linked(pages.pop()):
            if path.is_file() and DOCS not in path.parents and path not in seen:
                seen.add(path)
                file = File.generated(config, uri(path), abs_src_path=str(path))
                file.inclusion = InclusionLevel.NOT_IN_NAV
                files.append(file)
                if path.suffix == ".md":
                    pages.append(path)
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links lead to where the files are on the site; a folder has no page, so that its name is left."""
    source = Path(str(page.file.abs_src_path)).resolve()
    here = posixpath.dirname(page.file.src_uri)

    def moved(link: re.Match) -> str:
        target = (source.parent / link.group()).resolve()
        outside = ROOT in target.parents and target.exists()
        return posixpath.relpath(uri(target), here or ".") if outside and "://" not in link.group() else link.group()

    markdown = re.sub(r"\[([^\]]+)\]\(([^)#\s:]+)\)", lambda link: folder_name(link, source), markdown)
    return _LINK.sub(moved, markdown)


def on_post_build(config: MkDocsConfig) -> None:
    """Link the pages that the explorer names: a browser shows them here, not in the repository."""
    explorer = Path(config.site_dir) / "explorer.html"
    text = re.sub(r"<code>docs/(\w+)\.md</code>", r'<a href="\1.html">\1</a>', explorer.read_text("utf-8"))
    explorer.write_text(text.replace('href="../', 'href="repository/'), "utf-8")


def folder_name(link: re.Match, source: Path) -> str:
    """The words of a link to a folder; any other link as it is."""
    return link[1] if (source.parent / link[2]).is_dir() else link[0]


def linked(page: Path) -> Iterator[Path]:
    """Files of the repository that a page links to."""
    for link in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
        path = (page.parent / link).resolve()
        if "://" not in link and ROOT in path.parents:
            yield path


def uri(path: Path) -> str:
    """Where a file of the repository is on the site."""
    inside = DOCS in path.parents
    return path.relative_to(DOCS).as_posix() if inside else f"repository/{path.relative_to(ROOT).as_posix()}"
