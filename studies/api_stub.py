"""Stub of the public API: what `asks` makes of api.py at run time, written out for editors and type checkers."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import groverattn
from groverattn import api

FILE_NAME = "src/groverattn/__init__.pyi"


def stub() -> str:
    """Return the text of the stub."""
    homes: dict[str, str] = vars(groverattn)["_HOME"]
    body = "\n".join(
        line for name, home in sorted(homes.items()) if home == "api" for line in _function(name, getattr(api, name))
    )
    lines = [
        f'"""{groverattn.__doc__}"""',
        "",
        "# Written by `make estimates` from api.py and the records of the requests: change those.",
        "",
        *_imports(body),
        *(f"from groverattn.{home} import {name} as {name}" for name, home in homes.items() if home != "api"),
        "",
        "__version__: str",
        "",
    ]
    return "\n".join(lines) + body


def _imports(body: str) -> Iterator[str]:
    """The imports of api.py that the stub needs, those for type checkers among them."""
    tree = ast.parse(Path(api.__file__).read_text("utf-8"))
    for node in [*tree.body, *(inner for block in tree.body if isinstance(block, ast.If) for inner in block.body)]:
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            names = [each.name for each in node.names if re.search(rf"\b{each.name}\b", body)]
            if names:
                yield f"from {node.module} import {', '.join(names)}"


def _function(name: str, function: Callable) -> Iterator[str]:
    signature = inspect.signature(function)
    yield f"def {name}("
    star = False
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and not star:
            star = True
            yield "    *,"
        default = parameter.default
        shown = "" if default is inspect.Parameter.empty else f" = {'...' if callable(default) else repr(default)}"
        yield f"    {parameter.name}: {_type(parameter.annotation)}{shown},"
    yield f") -> {_type(signature.return_annotation)}:"
    yield f'    """{function.__doc__}"""'
    yield ""


def _type(annotation: Any) -> str:
    """The type as it is written where its module's names are imported."""
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    return re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", text)
