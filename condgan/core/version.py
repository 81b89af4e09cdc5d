"""The version, where everything can read it at no cost."""

import re

__version__ = "0.1.0"


def is_later(version: str) -> bool:
    """Whether a version is later than this one, by its leading numbers; text that is no version is not."""
    return _numbers(version) > _numbers(__version__)


def _numbers(version: str) -> tuple[int, ...]:
    found = re.fullmatch(r"([0-9]{1,9}(\.[0-9]{1,9}){0,5})[a-z0-9.+-]{0,30}", version)
    return tuple(map(int, found[1].split("."))) if found else ()
