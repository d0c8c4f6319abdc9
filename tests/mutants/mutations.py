"""Mutants of a module: one small fault each."""

from __future__ import annotations

import difflib
import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs
import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation import mutators

# A None or a changed letter is noticed by whatever reads it: such mutants would only make the share look better.
TOO_EASY = (mutators.operator_assignment, mutators.operator_string, mutators.operator_dict_arguments)
# What only readers, type checkers and messages see.
NOT_MUTATED = (cst.Annotation, cst.Assert, cst.Decorator, cst.FormattedString, cst.Import, cst.ImportFrom, cst.Raise)

EXPLAINS = {None, "help", "metadata"}
"""Arguments by position, which most calls ask for, and those that readers see."""


@attrs.frozen
class Mutant:
    """A module with one fault.

    Attributes:
        path: of the module, from the root of the repository.
        lines: numbers of the lines of the statement with the fault, or of its head.
        before: the changed lines, joined.
        after: what they become.
        text: the whole module with the fault.
    """

    path: str
    lines: range
    before: str
    after: str
    text: str = attrs.field(repr=False)

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by while the lines around it change."""
        return self.path, self.before, self.after


def sample(root: Path, paths: list[str], number: int, seed: int) -> list[Mutant]:
    """Draw mutants of some modules by a digest of path, line and fault: edits elsewhere do not change the draw."""
    places = [(rank, path, place) for path in paths for rank, place in ranked(path, (root / path).read_text(), seed)]
    places.sort(key=lambda each: each[0])
    return [place.mutant(path) for _, path, place in places[:number]]


@attrs.frozen
class Place:
    """A node that can be replaced, in the module `tree`."""

    tree: cst.Module
    lines: range
    node: cst.CSTNode
    fault: cst.CSTNode

    def mutant(self, path: str) -> Mutant:
        """Return the module with the fault."""
        mutated = self.tree.deep_replace(self.node, self.fault)
        assert isinstance(mutated, cst.Module)
        changes = list(difflib.ndiff(self.tree.code.splitlines(), mutated.code.splitlines()))
        before, after = (" ".join(line[2:].strip() for line in changes if line[0] == sign) for sign in "-+")
        return Mutant(path, self.lines, before, after, mutated.code)


def ranked(path: str, source: str, seed: int) -> Iterator[tuple[str, Place]]:
    """Yield every place of a module with the digest that decides whether it is drawn."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    finder = Finder(wrapper.module)
    wrapper.visit(finder)
    lines, seen = source.splitlines(), Counter()
    for name, place in finder.places:
        text = f"{seed} {path} {lines[place.lines[0] - 1].strip()} {name}"
        seen[text] += 1
        yield hashlib.sha256(f"{text} {seen[text]}".encode()).hexdigest(), place


class Finder(cst.CSTVisitor):
    """Collects the places of a module, with the name of the operator."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, tree: cst.Module):
        super().__init__()
        self.tree = tree
        self.places: list[tuple[str, Place]] = []
        self.lines: list[range] = [range(1, 2)]

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Take the faults of a node; what is not mutated is not looked into."""
        if isinstance(node, NOT_MUTATED) or is_message(node) or is_for_types(node):
            return False
        if isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            self.lines.append(self.head(node))
        for operator, fault in faults(node):
            self.places.append((operator, Place(self.tree, self.lines[-1], node, fault)))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        """Go back to the statement around."""
        if isinstance(original_node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            self.lines.pop()

    def head(self, node: cst.CSTNode) -> range:
        """Lines of a statement without those of its body."""
        position = self.get_metadata(PositionProvider, node)
        body = getattr(node, "body", None)
        if isinstance(body, cst.BaseSuite):
            return range(position.start.line, self.get_metadata(PositionProvider, body).start.line + 1)
        return range(position.start.line, position.end.line + 1)


def is_message(node: cst.CSTNode) -> bool:
    """Whether a node makes an error or explains an input."""
    if isinstance(node, cst.Arg):
        return node.keyword is not None and node.keyword.value in EXPLAINS
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "InputError"


def is_for_types(node: cst.CSTNode) -> bool:
    """Whether a node is `if TYPE_CHECKING`."""
    return isinstance(node, cst.If) and isinstance(node.test, cst.Name) and node.test.value == "TYPE_CHECKING"


def faults(node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    """Yield what a node may become: by mutmut's operators, and by those below, which ask more of the tests."""
    for kind, operator in mutators.mutation_operators:
        if isinstance(node, kind) and operator not in TOO_EASY:
            for fault in operator(node):
                if not (isinstance(node, cst.Call) and isinstance(fault, cst.Call) and is_too_easy(node, fault)):
                    yield operator.__name__, fault
    if isinstance(node, cst.BooleanOperation):
        yield from (("left out", side) for side in (node.left, node.right))
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr | cst.BitAnd):
        yield from (("left out", side) for side in (node.left, node.right))
    if isinstance(node, cst.Comparison):
        yield from (("always", cst.Name(value)) for value in ("True", "False"))
    if isinstance(node, cst.Integer) and node.evaluated_value > 0:
        yield "less by one", node.with_changes(value=str(node.evaluated_value - 1))
    if isinstance(node, cst.Expr) and isinstance(node.value, cst.Call):
        yield "statement left out", cst.Pass()


def is_too_easy(node: cst.Call, fault: cst.Call) -> bool:
    """Whether a call got None for an argument, or lost one by position or one that explains."""
    names, named = ([arg.keyword and arg.keyword.value for arg in call.args] for call in (node, fault))
    lost = set(names) - set(named)
    same_function = node.func.deep_equals(fault.func)
    return same_function and (not lost or bool(lost & EXPLAINS) or len(names) - len(named) != len(lost))
