"""Files that are downloaded once, checked, and kept."""

from __future__ import annotations

from pathlib import Path

from condgan.core.errors import DataError


def downloaded(url: str, checksum: str, folder: str, what: str, do: str) -> Path:
    """A file from the cache, downloaded and checked where it is not there yet.

    Args:
        url: where it is; its last part is the name of the file.
        checksum: such as ``md5:…``.
        folder: below the cache.
        what: it is called in messages.
        do: what to do without it.

    Raises:
        DataError: it cannot be downloaded, or is another one.
    """
    import pooch
    from requests import RequestException

    home = pooch.os_cache("condgan") / folder
    try:
        return Path(pooch.retrieve(url, checksum, url.rpartition("/")[2], home, progressbar=True))
    except (RequestException, OSError, ValueError) as error:
        raise DataError(f"cannot download {what}", where=url, do=f"{do} ({type(error).__name__})") from None
