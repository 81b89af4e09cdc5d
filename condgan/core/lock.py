"""One writer a folder: a lock that the system frees when its holder ends, however it does."""

from pathlib import Path

from filelock import FileLock, Timeout

from condgan.core import disk
from condgan.core.errors import LockedError

LOCK = ".lock"


class Lock:
    """The lock of a folder, held until it is released or its holder ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = FileLock(folder / LOCK, blocking=False)

    def acquire(self) -> None:
        """Take the lock of a folder that exists.

        Raises:
            LockedError: another holds it.
            SettingsError: the lock cannot be written.
        """
        try:
            self._file.acquire()
        except Timeout:
            raise LockedError(
                "another process is training there", where=self.folder, do="wait for it, or choose another --out"
            ) from None
        except OSError as error:
            raise disk.refusal(error, "cannot lock the run's folder", self.folder, "choose another --out") from None

    def release(self) -> None:
        """Let others in."""
        self._file.release()


def require_free(folder: Path) -> None:
    """Refuse a folder in which another process is at work, without writing anything.

    Raises:
        LockedError: there is one.
        SettingsError: the folder cannot be one.
    """
    try:
        locked_once = (folder / LOCK).exists()
    except OSError as error:
        raise disk.refusal(error, "cannot read the run's folder", folder, "choose another --out") from None
    if locked_once:
        lock = Lock(folder)
        lock.acquire()
        lock.release()
