"""Folders, files and locks that belong to the owner of the process alone."""

import errno
import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.embedded.errors import DiskFull, FolderNotWritable

_PRIVATE_FOLDER = 0o700


@contextmanager
def _named_failures(folder: Path) -> Iterator[None]:
    """Turns the operating system's refusals into `DiskFull` and `FolderNotWritable`."""
    try:
        yield
    except OSError as refusal:
        if refusal.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(folder) from refusal
        raise FolderNotWritable(folder, refusal.strerror or "refused") from refusal


def private_folder(folder: Path) -> Path:
    """Makes the folder (mode 0700, with its parents) unless it is there, and proves that it can be written.

    Raises:
        FolderNotWritable: it cannot be made or written.
        DiskFull: there is no room for it.
    """
    with _named_failures(folder):
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder.absolute()


def refuse_a_full_disk(folder: Path, needed_bytes: int) -> None:
    """Raises `DiskFull` when the disk that holds the folder has less room than needed."""
    if shutil.disk_usage(folder).free < needed_bytes:
        raise DiskFull(folder)


def kept_secret(path: Path) -> str:
    """The secret kept in the file (43 URL-safe characters, mode 0600), made when first asked for."""
    if not path.exists():
        with _named_failures(path.parent):
            _write_once(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii")


def _write_once(path: Path, text: str) -> None:
    # A link either appears whole or not at all, so that two processes starting together agree on one secret.
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def fresh_log(log: Path) -> Path:
    """An empty log; the one before it is kept beside it as `*.previous.log`."""
    with _named_failures(log.parent):
        if log.exists():
            log.replace(log.with_suffix(".previous.log"))
        log.touch(mode=0o600)
    return log


@contextmanager
def only_one_process(lock: Path) -> Iterator[None]:
    """Waits for its turn: one process at a time holds the lock, freed by the system if that process dies."""
    with _named_failures(lock.parent):
        file = lock.open("w")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
