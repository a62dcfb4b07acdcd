"""Who PostgreSQL runs as: it refuses root, and nothing of the machine is changed to please it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from adapters.embedded.errors import NoUnprivilegedUser

_OTHERS_MAY_ENTER = 0o001
_MAPPED = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
_NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Ourselves:
    """We are an ordinary user already."""


@dataclass(frozen=True, slots=True)
class MappedUser:
    """We are root, seen by the child as an ordinary user through a user namespace."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """We are root and user namespaces are refused (some containers do): the child is the user `nobody`."""


Identity = Ourselves | MappedUser | Nobody


def unprivileged() -> Identity:
    """The least surprising identity that is not root."""
    if os.geteuid() != 0:
        return Ourselves()
    return MappedUser() if _namespaces_are_allowed() else Nobody()


def _namespaces_are_allowed() -> bool:
    try:
        trial = subprocess.run((*_MAPPED, "true"), capture_output=True, check=False)  # noqa: S603 - fixed words
    except OSError:
        return False
    return trial.returncode == 0


def prefix_of(identity: Identity) -> tuple[str, ...]:
    """The wrapper that turns a program into one that runs as this identity."""
    match identity:
        case MappedUser():
            return _MAPPED
        case Ourselves() | Nobody():
            return ()


def user_of(identity: Identity) -> int | None:
    """The numeric user to switch to, or None when there is nothing to switch."""
    match identity:
        case Nobody():
            return _NOBODY
        case Ourselves() | MappedUser():
            return None


def hand_over(folder: Path, data_dir: Path, identity: Identity) -> None:
    """Lets the identity own the folder, which lies in `data_dir`; changes nothing unless we are root.

    Raises:
        NoUnprivilegedUser: a folder above `data_dir` is closed to others, and it is not ours to open.
    """
    if os.geteuid() != 0:
        return
    user = user_of(identity)
    if user is not None:
        _refuse_a_closed_path(data_dir)
        data_dir.chmod(data_dir.stat().st_mode | _OTHERS_MAY_ENTER)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user or 0, user or 0, follow_symlinks=False)


def _refuse_a_closed_path(data_dir: Path) -> None:
    for above in data_dir.absolute().parents:
        if not above.stat().st_mode & _OTHERS_MAY_ENTER:
            raise NoUnprivilegedUser(above)
