"""The way to a pipeline: a folder, or a repository of the Hugging Face Hub; and the way there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from condgan.core import disk
from condgan.core.errors import CondganError, SettingsError
from condgan.core.version import __version__
from condgan.gallery.grid import png
from condgan.pipeline.card import REPORT, Measured, Published, card
from condgan.pipeline.folder import CARD, FILES, FILM, read_config

if TYPE_CHECKING:
    from condgan.pipeline.pipeline import Pipeline

NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
SHEET = "samples.png"
"""The picture of a card on the Hub."""
LOG_IN = "log in with a token that may write there: hf auth login"


class Located(NamedTuple):
    """Where a pipeline is on this machine."""

    folder: Path
    revision: str | None
    """The commit, where it was brought from the Hub."""


class Pushed(NamedTuple):
    """A pipeline on the Hub."""

    url: str
    commit: str


def located(name: str | Path, revision: str | None = None) -> Located:
    """The folder of that path, else one brought from the Hugging Face Hub; ``hf:owner/name`` is always on the Hub, and
    ``owner/name@revision`` a branch, a tag or a commit of it.

    Raises:
        SettingsError: there is neither; or a revision of a folder, none after an @, or two.
    """
    hosted = str(name).startswith("hf:")
    if not hosted and Path(name).exists():
        if revision is not None:
            raise SettingsError("a folder has no revisions", where=f"revision {revision}", do="leave it out")
        return Located(Path(name), None)
    plain, at, own = str(name).removeprefix("hf:").partition("@")
    if at and (not own or revision is not None):
        what = "two revisions" if own else "no revision"
        raise SettingsError(what, where=name, do="give one branch, tag or commit after @, or as revision")
    folder = _download(plain, own or revision)
    return Located(folder, folder.name)


def _download(name: str, revision: str | None) -> Path:
    """The folder of a snapshot, which is called after its commit.

    Raises:
        SettingsError: there is none.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        return Path(snapshot_download(name, revision=revision, allow_patterns=[*FILES]))
    except RevisionNotFoundError:
        do = f"give a branch, a tag or a commit that {name} has on the Hub"
        raise SettingsError(f"no revision {revision!r}", where=name, do=do) from None
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise SettingsError(
            f"no pipeline {name!r}",
            where="neither a folder nor on the Hub",
            do=f"check the path ({type(error).__name__})",
        ) from None


def push(pipe: Pipeline, name: str, private: bool, token: str | None, licence: str, report: Measured | None) -> Pushed:
    """What ``Pipeline.push_to_hub`` does."""
    name = name.removeprefix("hf:")
    if not NAME.fullmatch(name):
        raise SettingsError("no name on the Hub", where=f"{name!r}", do="give owner/name, such as me/digits")
    with TemporaryDirectory() as home:
        folder = Path(home)
        pipe.save_pretrained(folder)
        picture = FILM if (folder / FILM).exists() else ""
        if not picture and pipe.condition.examples(1) is not None:
            picture = SHEET
            disk.write(folder / SHEET, png(pipe.sheet()))
        text = card(read_config(folder), pipe.condition.form(), picture, Published(name, licence, report))
        disk.write(folder / CARD, text.encode())
        files: dict[str, Path | bytes] = {each.name: each for each in sorted(folder.iterdir())}
        if report:
            files.update({f"{REPORT}/{each}": content for each, content in report.files.items()})
        return _upload(files, name, private, token)


def _upload(files: dict[str, Path | bytes], name: str, private: bool, token: str | None) -> Pushed:
    """One commit of these files, without those of an earlier push that are none of them.

    Raises:
        SettingsError: no permission, or the Hub refuses it or cannot be reached.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

    api = HfApi(token=token, library_name="condgan", library_version=__version__)
    with _refusals(name):
        url = api.create_repo(name, private=private or None, exist_ok=True)
        there = api.model_info(name)
        if private and not there.private:  # the Hub leaves one as it is that is there already
            do = "make it private on its page first, or give another name"
            raise SettingsError("a public repository", where=f"{name}, private", do=do)
        old = sorted({each.rfilename for each in there.siblings or ()} - {*files})
        ours = [each for each in old if each in (*FILES, SHEET) or each.startswith(f"{REPORT}/")]
        added = [CommitOperationAdd(each, content) for each, content in files.items()]
        removed = [CommitOperationDelete(each) for each in ours]
        commit = api.create_commit(name, [*added, *removed], commit_message=f"A pipeline of condgan {__version__}")
    return Pushed(str(url), commit.oid)


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    """What the Hub answers, as an error for people.

    Raises:
        SettingsError: no permission, or the Hub refuses it or cannot be reached.
    """
    from huggingface_hub.errors import HfHubHTTPError

    where = f"{name} on the Hub"
    try:
        yield
    except CondganError:
        raise
    except HfHubHTTPError as error:
        if error.response.status_code in (401, 403):
            raise SettingsError("no permission to write", where=where, do=LOG_IN) from None
        raise SettingsError("the Hub refuses it", where=where, do=error.server_message or _short(error)) from None
    except Exception as error:  # its client raises many kinds; each means that it is not there
        raise SettingsError("cannot be pushed", where=where, do=_short(error)) from None


def _short(error: Exception) -> str:
    """What an error says, in one line; its kind, where it says nothing."""
    return " ".join(str(error).split())[:300] or type(error).__name__
