"""Standard output and standard error that take any text, and say in one line where they can take no more."""

from __future__ import annotations

import codecs
import io
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from condgan.core.errors import DiskError

READER_GONE = 141
"""The exit status where the reader of the output went away: what a shell says of SIGPIPE."""
READABLE = "condgan-readable"
"""What is done with a character that a stream's encoding lacks (``codecs.register_error``)."""
SPELLED = {
    **{"×": "x", "–": "-", "—": "-", "−": "-", "‐": "-", "…": "...", "█": "#", "·": "|", "→": "->", "←": "<-"},
    **{"≤": "<=", "≥": ">=", "±": "+-", "≈": "~", "•": "*", "²": "^2", "³": "^3", "⁶": "^6"},
    **{"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'},
    **dict.fromkeys("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}", " "),
    **dict.fromkeys("─━═╌╍┄┅╴╶╸╺", "-"),
    **dict.fromkeys("│┃║", "|"),
}
"""Characters that messages and tables use, in ASCII."""
WAIT = 0.01
"""Seconds between two tries to write where nothing can be taken just now."""
BOX, BRAILLE = range(0x2500, 0x2580), range(0x2800, 0x2900)
"""Lines of tables, and the dots of what turns while a person waits."""


def readable(error: UnicodeError) -> tuple[str, int]:
    """Characters that cannot be written, in others that nearly look like them, or else as question marks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_spelled, error.object[error.start : error.end])), error.end


def _spelled(character: str) -> str:
    rest = "+" if ord(character) in BOX else "*" if ord(character) in BRAILLE else "?"
    return SPELLED.get(character, rest)


class Guarded(io.RawIOBase):
    """What is below a text stream. After its first failure it takes everything and writes nothing."""

    def __init__(self, below: Any, told: bool) -> None:
        """``told``: whether a failure is one of the command; of standard error nobody can be told."""
        self.below, self.told = below, told
        self.failure: BaseException | None = None

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return bool(self.below.isatty())

    def fileno(self) -> int:
        return int(self.below.fileno())

    def write(self, content: Any) -> int:
        """Write all of it.

        Raises:
            SystemExit: the reader went away; no handler of other errors takes it for its own.
            DiskError: the stream cannot be written.
        """
        rest = memoryview(content).cast("B")
        length = len(rest)
        while rest and self.failure is None:
            try:
                written = self.below.write(rest)
            except OSError as error:
                self.failure = _failure(error)
                if self.told:
                    raise self.failure from None
                break
            if written is None:  # a pipe that does not wait is full
                time.sleep(WAIT)
            rest = rest[written or 0 :]
        return length


def _failure(error: OSError) -> BaseException:
    if isinstance(error, BrokenPipeError):
        return SystemExit(READER_GONE)
    return DiskError(
        f"cannot write the output: {error.strerror or error}",
        where="standard output",
        do="make room, or send the output elsewhere",
    )


@contextmanager
def guarded() -> Iterator[None]:
    """Both standard streams as they should be; those of the caller again at the end."""
    codecs.register_error(READABLE, readable)
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _over(sys.stdout, told=True), _over(sys.stderr, told=False)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(SystemExit, DiskError):  # what ends the command is known already
                stream.flush()
        sys.stdout, sys.stderr = before


def finish() -> None:
    """See to it that all output is written.

    Raises:
        SystemExit, DiskError: as ``Guarded.write``, also where a thread wrote.
    """
    sys.stdout.flush()
    guard = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    if isinstance(guard, Guarded) and guard.failure is not None:
        raise guard.failure


def _over(stream: TextIO | None, told: bool) -> TextIO:
    """A text stream that writes to where another does; a closed one takes all and keeps nothing."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 (it stays open as long as the process)
    buffer = getattr(stream, "buffer", None)
    if buffer is None:  # of a notebook or a test: no bytes below it
        return stream
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(Guarded(getattr(buffer, "raw", buffer), told)),
        encoding=stream.encoding,
        errors=READABLE,
        line_buffering=bool(getattr(stream, "line_buffering", False) or getattr(stream, "write_through", False)),
    )
