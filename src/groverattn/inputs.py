"""Inputs of a request: each is declared once, as a field with its type, default, range and help.

Command line, study files and the Python API take the same inputs under the same names; they read them from the record.
"""

from __future__ import annotations

import functools
import inspect
import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

import attrs

from groverattn.errors import InputError, check_between, real_number, shown, unknown_name
from groverattn.whole_numbers import whole

R = TypeVar("R")

_STRING_MAX = 1024
_TYPES: dict[str, type] = {"int": int, "float": float, "str": str, "bool": bool}
_WORDS = {str: f"text of at most {_STRING_MAX:,} characters", bool: "true or false"}

Check = Callable[[Any, "attrs.Attribute[Any] | Input", Any], None]
"""An attrs validator; of the attribute it reads the name."""


def between(low: float, high: float, why: str) -> Check:
    """Return a validator for numbers from `low` to `high`, both allowed.

    >>> attrs.make_class("Bits", {"bits": attrs.field(validator=between(2, 16, "a sign needs a bit"))})(1)
    Traceback (most recent call last):
    ...
    groverattn.errors.InputError: given: bits = 1; allowed: 2 to 16; why: a sign needs a bit; do: choose bits ...
    """

    return lambda _, field, value: check_between(field.name, value, low, high, why)


def checked(check: Callable[[Any], object]) -> Check:
    """Return a validator from a function of the value alone that raises InputError."""
    return lambda _, __, value: (check(value), None)[1]


@attrs.frozen
class Input:
    """One input of a request, by the name that users know it by.

    Attributes:
        name: its name, with underscores; an option of the command line has hyphens.
        type: int, float, str or bool.
        optional: whether None may be given.
        default: what it is if nothing is given; `attrs.NOTHING`: it has to come from somewhere, such as a preset.
        help: what it is, in a line, with other inputs named as options: --n-keys.
        check: raises InputError for a value that no request can have.
        path: record fields that lead to it.
        parse: turns values of further types into `type`, and returns all others as they are.
        stands_for: inputs whose values it gives; where a request is changed by it, theirs are dropped.
    """

    name: str
    type: type
    optional: bool
    default: Any
    help: str
    check: Check | None = None
    path: tuple[str, ...] = ()
    parse: Callable[[Any], Any] | None = None
    stands_for: tuple[str, ...] = ()

    @property
    def annotation(self) -> Any:
        """The type as a signature shows it."""
        return self.type | None if self.optional or self.default is attrs.NOTHING else self.type

    @property
    def help_in_python(self) -> str:
        """The help with inputs named as Python and study files name them, and not as options."""
        others = [other for other, meant in ALIASES.items() if meant == self.name]
        also = f" Also called {', '.join(others)}." if others else ""
        return re.sub(r"--([a-z-]+)", lambda option: option[1].replace("-", "_"), self.help) + also

    def read(self, value: Any) -> Any:
        """Return the value in its type.

        Raises:
            InputError: another type, or out of range.

        >>> Input("n_keys", int, False, attrs.NOTHING, "Number of keys.").read(3)
        3
        """
        if value is None and self.optional:
            return None
        value = typed(self.name, self.type, value if self.parse is None else self.parse(value))
        if self.check is not None:
            self.check(None, self, value)  # says of NaN and infinity what it says of other numbers out of range
        if isinstance(value, float) and not math.isfinite(value):
            raise _wrong_type(self.name, "a finite number", value)
        return value


def typed(name: str, type_: type, value: Any) -> Any:
    """Return a value as int, float, str or bool; whole numbers serve as real ones, and may be written as text.

    Raises:
        InputError: it is of another type.

    >>> typed("tau", float, 3)
    3.0
    """
    if type_ is int:
        return whole(name, value)
    if type_ is float:
        return real_number(name, value)
    if isinstance(value, type_) and not (type_ is str and len(value) > _STRING_MAX):
        return value
    raise _wrong_type(name, _WORDS[type_], value)


def _wrong_type(name: str, allowed: str, value: Any) -> InputError:
    given = f"{name} = {shown(value)}"
    do = f"write {name} as text, as on the command line" if allowed == _WORDS[str] else f"correct {name}"
    return InputError(given=given, allowed=allowed, why=f"{name} is of this type", do=do)


ALIASES = {"machine": "hardware"}
"""Other names of inputs, on the command line and in Python."""


def option(
    default: Any = attrs.NOTHING,
    *,
    help: str,
    check: Check | None = None,
    name: str = "",
    parse: Callable[[Any], Any] | None = None,
    stands_for: tuple[str, ...] = (),
) -> Any:
    """Declare an input as a field of a request.

    Args:
        default: used if nothing is given.
        help: what it is, in a line; the command line and the API show it.
        check, parse, stands_for: see `Input`.
        name: what users call it, if not as the field is called.
    """
    said = {"help": help, "check": check, "name": name, "parse": parse, "stands_for": stands_for}
    metadata = {"input": said}
    known: list[Input] = []  # a request is made some hundred times for one estimate, and its inputs stay the same

    def read(value: Any, field: attrs.Attribute[Any]) -> Any:
        if not known:
            known.append(_input(field))
        return known[0].read(value)

    converter = attrs.Converter(read, takes_field=True)  # pyright: ignore
    return attrs.field(default=default, converter=converter, metadata=metadata)


def nested(record: type, prefix: str = "") -> Any:
    """Declare that the inputs of a record are inputs of the request too, their names after a prefix."""
    default = attrs.NOTHING if _required(record) else attrs.Factory(record)
    return attrs.field(default=default, metadata={"nested": (record, prefix)})


def _required(record: type) -> bool:
    return any(declared.default is attrs.NOTHING for declared in inputs_of(record).values())


def _input(field: attrs.Attribute[Any], prefix: str = "", path: tuple[str, ...] = ()) -> Input:
    said = field.metadata["input"]
    words = (field.type if isinstance(field.type, str) else getattr(field.type, "__name__", "")).split(" | ")
    name = prefix + (said["name"] or field.name)
    more = said["help"], said["check"], path, said["parse"], said["stands_for"]
    return Input(name, _TYPES[words[0]], "None" in words, field.default, *more)


@functools.cache
def inputs_of(record: type) -> dict[str, Input]:
    """Return the inputs of a request by name, those of records in it included.

    A record may have a tuple `SOURCES` of further inputs, which its static method `completed` turns into others.
    """
    found = {declared.name: declared for declared in getattr(record, "SOURCES", ())}
    for field in attrs.fields(record):
        if "input" in field.metadata:
            declared = _input(field, path=(field.name,))
            found[declared.name] = declared
        elif "nested" in field.metadata:
            inner, prefix = field.metadata["nested"]
            for name, declared in inputs_of(inner).items():
                if declared.path:  # what `SOURCES` of the inner record has, the outer one may have as well, by itself
                    renamed = attrs.evolve(declared, name=prefix + name, path=(field.name, *declared.path))
                    found[renamed.name] = renamed
    return found


def make(record: type[R], values: Mapping[str, Any]) -> R:
    """Return the request with these inputs; what is None or left out is by default.

    Raises:
        InputError: an unknown name (the message names the nearest), a value of another type or out of range, or a
            missing one.
    """
    declared = inputs_of(record)
    for name in values:
        if name not in declared:
            raise unknown_name("input", name, declared, "any other would have no effect")
    read = {name: declared[name].read(value) for name, value in values.items() if value is not None}
    if hasattr(record, "completed"):
        read = record.completed(read)  # pyright: ignore[reportAttributeAccessIssue]
    missing = [name for name, each in declared.items() if each.default is attrs.NOTHING and name not in read]
    if missing:
        raise InputError(
            given=f"no {' and no '.join(missing)}",
            allowed=f"a request with {', '.join(missing)}",
            why="it has no default",
            do="give it",
        )
    return _build(record, [(declared[name].path, value) for name, value in read.items()])


def _build(record: type[R], placed: list[tuple[tuple[str, ...], Any]]) -> R:
    own = {path[0]: value for path, value in placed if len(path) == 1}
    for field in attrs.fields(record):  # pyright: ignore[reportArgumentType]
        inner = [(path[1:], value) for path, value in placed if path[0] == field.name and len(path) > 1]
        if inner:
            own[field.name] = _build(field.metadata["nested"][0], inner)
    return record(**own)


def flat(request: Any) -> dict[str, Any]:
    """Return the inputs of a request by name, as `make` takes them.

    Those of `SOURCES` are left out, and so are those that follow from another one of the request.
    """
    declared = {name: each for name, each in inputs_of(type(request)).items() if each.path}
    values = {name: value_of(request, name) for name in declared}
    follow = {name for given, each in declared.items() if values[given] is not None for name in each.stands_for}
    return {name: value for name, value in values.items() if name not in follow}


def value_of(request: Any, name: str) -> Any:
    """Return an input of a request by its name."""
    return functools.reduce(getattr, inputs_of(type(request))[name].path, request)


def changed(request: R, values: Mapping[str, Any]) -> R:
    """Return a request with other inputs; None: by default again.

    Raises:
        InputError: as `make`.
    """
    declared = inputs_of(type(request))
    given = [declared[name] for name, value in values.items() if value is not None and name in declared]
    replaced = {name for each in given for name in each.stands_for}
    kept = {name: value for name, value in flat(request).items() if name not in replaced}
    return make(type(request), kept | dict(values))


def asks(
    record: type,
    annotate: Callable[[Input], Any] = lambda declared: declared.annotation,
    each: str = "",
    without: Collection[str] = (),
) -> Callable:
    """Let a function of a request be called with the inputs of the request as keyword arguments.

    The function's first parameter is the request; a request may be given in its place. Its signature afterwards has
    every input by name, with type and default.

    Args:
        record: class of the request.
        annotate: gives the annotation of an input in the signature.
        without: inputs that the function has no use for; those that it takes under the same name are its own too.
        each: an input that takes a list; the function is handed a list of requests, one for each of its entries.
    """

    listed = each  # Python 3.12 and 3.13 lose a variable of the function around it whose name a comprehension takes

    def decorate(function: Callable) -> Callable:
        _, *own = (_evaluated(each, function) for each in inspect.signature(function).parameters.values())
        keyword, known = inspect.Parameter.KEYWORD_ONLY, {each.name for each in own}
        asked = [
            inspect.Parameter(name, keyword, default=_shown_default(declared), annotation=annotate(declared))
            for name, declared in inputs_of(record).items()
            if name not in known and name not in without
        ]
        first = [each for each in own if each.kind is not keyword]
        parameters = [*first, *asked, *(each for each in own if each.kind is keyword)]
        names = {each.name: each for each in parameters}

        @functools.wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            for other in ALIASES.keys() & named.keys() - names.keys():
                if ALIASES[other] in names and ALIASES[other] not in named:
                    named[ALIASES[other]] = named.pop(other)
            for name in named:
                if name not in names:
                    others = (other for other, meant in ALIASES.items() if meant in names)
                    raise unknown_name("argument", name, (*names, *others), "it would have no effect")
            values = {name: named.pop(name) for name in list(named) if name not in known}
            if listed:
                several = dict.fromkeys(values.pop(listed, None) or [None])
                return function([make(record, values | {listed: value}) for value in several], *arguments, **named)
            if len(arguments) > len(first) and not isinstance(arguments[0], record):
                raise InputError(
                    given=f"{shown(arguments[0])} without a name",
                    allowed="inputs by name, or one request before them",
                    why="there are many inputs, and their order means nothing",
                    do=f"write {next(iter(names))}={shown(arguments[0])} if that is what it is",
                )
            if arguments and isinstance(arguments[0], record):
                return function(changed(arguments[0], values), *arguments[1:], **named)
            return function(make(record, values), *arguments, **named)

        returned = function.__annotations__.get("return", inspect.Signature.empty)
        call.__signature__ = inspect.Signature(parameters, return_annotation=returned)  # pyright: ignore
        call.__annotations__ = {name: each.annotation for name, each in names.items()}
        call.asks = record  # pyright: ignore
        del call.__wrapped__  # or `inspect` would look at the function behind it
        return call

    return decorate


def _evaluated(parameter: inspect.Parameter, function: Callable) -> inspect.Parameter:
    """The parameter with its annotation as a type; as text where that is imported for type checkers only."""
    try:
        return parameter.replace(annotation=eval(parameter.annotation, function.__globals__))
    except (NameError, TypeError):
        return parameter


def _shown_default(declared: Input) -> Any:
    return None if declared.default is attrs.NOTHING else declared.default


def described(function: Callable) -> Callable:
    """Write into the docstring of a function that `asks` what each input is."""
    helps = {name: each.help_in_python for name, each in inputs_of(function.asks).items()}  # pyright: ignore
    lines = [f"        {name}: {helps[name]}" for name in inspect.signature(function).parameters if name in helps]
    head, section, rest = (function.__doc__ or "").partition("    Args:\n")
    if not section:
        head, section, rest = (function.__doc__ or "").partition("    Raises:\n")
        rest = "\n" + section + rest
    function.__doc__ = "\n".join([f"{head}    Args:", *lines, rest])
    return function
