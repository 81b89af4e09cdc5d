"""Errors for people: what is wrong, where, and what to do about it, each with the exit status of its kind."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar

from condgan.core.names import folded, number


class CondganError(Exception):
    """Something that the user can mend. The command line prints it as one line and exits with ``status``."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 1

    def __init__(self, what: str, *, where: object = "", do: str = "") -> None:
        self.what, self.where, self.do = what, str(where), do
        super().__init__("; ".join(part for part in (self.what, self.where, self.do) if part))

    def line(self) -> str:
        """The error as ``error[CODE]: what; where; what to do``, on one line."""
        return f"error[{self.code}]: " + " ".join(str(self).split())


def said(error: BaseException) -> str:
    """The first line of what another library says of its error; the kind of error where it says nothing."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__


class SettingsError(CondganError):
    """A setting, an option or an argument is wrong."""

    code, status = "settings", 2


class DataError(CondganError):
    """The data cannot be read, or do not fit together."""

    code, status = "data", 3


class NoSplitError(DataError):
    """The data are sound, but bring no such split."""


class CheckpointError(CondganError):
    """A checkpoint is damaged, or does not belong to the run."""

    code, status = "checkpoint", 4


class LockedError(CondganError):
    """Another process is at work in the run's folder."""

    code, status = "locked", 5


class DivergedError(CondganError):
    """The numbers of a run stopped being numbers, again and again."""

    code, status = "diverged", 6


class DiskError(CondganError):
    """The disk is full or fails."""

    code, status = "disk", 7


class DistributedError(CondganError):
    """A run of several processes, which there is not yet."""

    code, status = "distributed", 8


def nearest(name: str, names: Iterable[str]) -> str:
    """Advice on a name that is not in the list: the nearest one where there is one, else the list (at most 20).

    No number is near another by its digits: of numbers there is the list alone.
    """
    known = list(names)
    close = [] if number(name) is not None else get_close_matches(folded(name), [folded(each) for each in known], n=1)
    if close:
        return f"did you mean {next(each for each in known if folded(each) == close[0])!r}?"
    return "known: " + ", ".join(map(repr, known[:20])) + (f" … and {len(known) - 20} more" if len(known) > 20 else "")
