"""Named parts: those of the package, those a user registers, and those an installed package brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

import attrs

from groverattn.errors import InputError, unknown_name

T = TypeVar("T")


@cache
def _entry_points() -> Any:
    return entry_points()  # reads the metadata of every installed package


@attrs.define(eq=False, slots=False)
class Registry(Mapping[str, T], Generic[T]):
    """Parts by name. Names are known without importing anything; a part is imported when it is first used.

    Attributes:
        kind: what a part is called in messages, for example "data access".
        why: why only these names are allowed, for messages.
        parts: name to part, or to the place of one as "module:attribute".
        group: entry point group in which installed packages declare parts; empty: none.

    Raises:
        InputError: `registry[name]` of an unknown name; the message names the nearest.

    >>> roots = Registry("root", "others are not taken", {"square": "math:sqrt"})
    >>> list(roots), roots["square"](9.0)
    (['square'], 3.0)
    """

    kind: str
    why: str
    parts: dict[str, T | str]
    group: str = ""

    @cached_property
    def _installed(self) -> dict[str, Any]:
        """Entry points of installed packages, not loaded; a name of the package cannot be taken over."""
        found = {point.name: point for point in _entry_points().select(group=self.group)} if self.group else {}
        return {name: point for name, point in found.items() if name not in self.parts}

    def __iter__(self) -> Iterator[str]:
        return iter((*self.parts, *self._installed))

    def __len__(self) -> int:
        return len(self.parts) + len(self._installed)

    def __contains__(self, name: object) -> bool:
        return name in self.parts or name in self._installed

    def __getitem__(self, name: str) -> T:
        self.check(name)
        if name not in self.parts:
            self.parts[name] = self._installed[name].load()
            del self._installed[name]
        part = self.parts[name]
        if isinstance(part, str):
            module, _, attribute = part.partition(":")
            part = self.parts[name] = getattr(import_module(module), attribute)
        return part  # pyright: ignore[reportReturnType]

    def check(self, name: str) -> None:
        """Raise InputError unless there is a part of this name; nothing is imported.

        >>> Registry("root", "others are not taken", {"square": "math:sqrt"}).check("squar")
        Traceback (most recent call last):
        ...
        groverattn.errors.InputError: given: root 'squar'; allowed: square; ... do: did you mean square?
        """
        if name not in self:
            raise unknown_name(self.kind, name, self, self.why)

    def register(self, name: str, part: T) -> None:
        """Add a part under a new name, for this process.

        Raises:
            InputError: the name is taken.
        """
        if name in self:
            raise InputError(
                given=f"{self.kind} {name!r}",
                allowed="a name that is not taken",
                why=f"there is already a {self.kind} of this name, and results quote it",
                do="choose another name",
            )
        self.parts[name] = part
