"""What is said of input that cannot be used: the cure first, then what was given, what is allowed, and why."""

from __future__ import annotations

import difflib
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable
from typing import get_args

from cyclopts import CycloptsError
from cyclopts.exceptions import CoercionError, UnknownCommandError, UnknownOptionError

from groverattn.errors import MEANT, ContentsError, InputError
from groverattn.show.terminal import printable

_NEAR = 0.7  # our choice: closer than two short words that share some letters
_STRAY = "belongs to no option"


def refuse(error: InputError) -> int:
    """Print what to do and below it why, on standard error, and return the exit status."""
    given, allowed, why, do = (" ".join(error.parts[part].split()) for part in ("given", "allowed", "why", "do"))
    for name, text in (("groverattn", do), ("  given", given), ("  allowed", allowed), ("  why", why)):
        print("\n".join(_lines(printable(f"{name}: {text}"))), file=sys.stderr)
    return 2


def with_options(error: InputError, options: Iterable[str]) -> InputError:
    """Return the error with inputs named as they are typed on the command line.

    A name that is one word is an option only before a value, or in a list of nothing but options. Names of files and
    what is quoted stay as they are, and so does all that is said of the contents of a file.

    >>> given = {"given": "k_law, pool = 3", "allowed": "", "why": "the law has no pool", "do": ""}
    >>> with_options(InputError(**given), ["--k-law", "--pool"]).parts["given"]
    '--k-law, --pool 3'
    """
    if isinstance(error, ContentsError):
        return error
    typed = {name[2:].replace("-", "_"): name for name in options if name.startswith("--")}
    names = "|".join(sorted(typed, key=len, reverse=True))

    def named(text: str) -> str:
        if all(word in typed for word in text.split(", ")):
            return ", ".join(typed[word] for word in text.split(", "))
        text = re.sub(rf"(?<![\w./'-])({names}) = ", lambda found: f"{typed[found[1]]} ", text)
        return re.sub(
            r"(?<![\w./'-])[a-z]+(?:_[a-z]+)+\b(?!/|\.\w|')", lambda found: typed.get(found[0], found[0]), text
        )

    return InputError(**{part: named(text) for part, text in error.parts.items()})


def _lines(text: str) -> list[str]:
    """The text in lines of the terminal's width; in one line where there is no terminal."""
    if not (sys.stderr.isatty() or "COLUMNS" in os.environ):
        return [text]
    from groverattn.show.layout import wrapped

    return wrapped(text, shutil.get_terminal_size().columns, hang=2, fold=False)


def explained(error: CycloptsError) -> InputError:
    """Say of an option that cannot be read what is said of every other input."""
    verb = " ".join(["groverattn", *(error.command_chain or ())])
    given, near = shlex.join(["groverattn", *(error.root_input_tokens or ())]), []
    is_unknown = isinstance(error, UnknownOptionError)
    why = f"{verb} has no such option" if is_unknown else _in_plain_words(str(error).rstrip("."))
    if is_unknown:
        given = str(error.token.keyword or error.token.value)
        near = _nearest(given, (name for argument in error.argument_collection for name in argument.names))
    elif isinstance(error, CoercionError) and error.token is not None:
        given = f"{error.token.keyword or ''} {error.token.value}".strip()
        near = difflib.get_close_matches(error.token.value, map(str, get_args(error.target_type)), n=1)
    if wrong := re.search(r"Invalid value for (--\S+): (.* is not (an? [^,]*))(.*)", why, re.DOTALL):
        return InputError(given=given, allowed=wrong[3] + wrong[4], why=wrong[2], do=f"correct {wrong[1]}")
    listed = f"{'commands' if isinstance(error, UnknownCommandError) else 'options'} that `{verb} --help` lists"
    return InputError(
        given=given,
        allowed=f"the {listed}",
        why=why,
        do=f"did you mean {near[0]}?" if near else _cure(why, listed),
    )


def _nearest(option: str, names: Iterable[str]) -> list[str]:
    """The option that is meant, if one is known or spelled nearly so."""
    options = [name for name in names if name.startswith("--")]
    meant = "--" + MEANT.get(option.removeprefix("--"), "").replace("_", "-")
    known = meant.split()[0] in options
    return [meant] if known else difflib.get_close_matches(option, options, n=1, cutoff=_NEAR)


def _cure(why: str, listed: str) -> str:
    """What Cyclopts suggests; else one of those that are listed."""
    if found := re.search(r"Did you mean \"?([\w-]+)", why):
        return f"did you mean {found[1]}?"
    return f"{'write its option before it,' if why.endswith(_STRAY) else 'take'} one of the {listed}"


def _in_plain_words(message: str) -> str:
    """Return Cyclopts' message without a list of commands that is cut off, and without its name for a stray word."""
    message = re.sub(r" Available commands: .*", "", message)
    return re.sub(r"^Unused Tokens: \[(.*)\]$", rf"\1 {_STRAY}", message)
