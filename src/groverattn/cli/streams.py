"""Standard output and error whose reader may go away, or whose disk may be full, while a verb works."""

from __future__ import annotations

import abc
import io
import os
import sys
from typing import Any, TextIO

import attrs

OUTPUT = "standard output"


class ReaderGoneError(OSError):
    """The reader of standard output has gone. Not a BrokenPipeError, which rich answers with exit status 1."""


@attrs.define(eq=False)
class _Stream(abc.ABC):
    """A stream that passes everything on, and says what to do when it cannot be written to."""

    stream: TextIO

    def write(self, text: str) -> int:
        """Write a text."""
        try:
            return self.stream.write(text)
        except OSError as failure:
            self.failed(failure)
        return len(text)

    def flush(self) -> None:
        """Write what is held back."""
        try:
            self.stream.flush()
        except OSError as failure:
            self.failed(failure)

    @abc.abstractmethod
    def failed(self, failure: OSError) -> None:
        """Take note that nothing can be written."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class StandardOutput(_Stream):
    """The result goes here: a failure ends the verb, and says where it was."""

    def failed(self, failure: OSError) -> None:
        """Raise it again with the name of the stream."""
        if isinstance(failure, BrokenPipeError):
            raise ReaderGoneError(failure.errno, failure.strerror, OUTPUT) from failure
        failure.filename = OUTPUT
        raise failure


class StandardError(_Stream):
    """Progress and messages go here, and nowhere once they cannot be written: the work goes on."""

    def failed(self, failure: OSError) -> None:
        """Send this and everything later nowhere."""
        drop(self.stream)


def drop(stream: Any) -> None:
    """Send what is left to be written to a stream nowhere: the interpreter tries again when it ends."""
    if stream is not None:
        device = os.open(os.devnull, os.O_WRONLY)
        os.dup2(device, stream.fileno())
        os.close(device)


def watch_streams() -> None:
    """Let the streams of this process say which of them failed, and write any name, whatever it is made of."""
    for name, watched in (("stdout", StandardOutput), ("stderr", StandardError)):
        stream = getattr(sys, name)
        if stream is None:  # it was closed, and `print` would take the other one
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  open while the process lives
            continue
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files need not be UTF-8
        setattr(sys, name, watched(stream))
