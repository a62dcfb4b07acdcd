# ruff: noqa: INP001 (a script that is copied into the image, not a package)
"""Health check of a container: `probe.py 8080 /readyz` for the API, `probe.py temporal` for a worker.

Exit code 0 means healthy. A worker is healthy while it holds a connection to the Temporal cluster that
TEMPORAL_ADDRESS names; whether it keeps up is told by the age of the task queue's backlog.
"""

import http.client
import os
import sys
from pathlib import Path

SECONDS = 4
ESTABLISHED = "01"
TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


def answers(port: int, path: str) -> bool:
    """Tell whether the process in this container answers 200; no proxy is ever asked."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def is_connected(port: int) -> bool:
    """Tell whether this container holds an established TCP connection to a remote port (Linux only)."""
    rows = [line.split() for table in TABLES if table.exists() for line in table.read_text().splitlines()[1:]]
    return any(row[3] == ESTABLISHED and int(row[2].rpartition(":")[2], 16) == port for row in rows)


def main(arguments: list[str]) -> bool:
    """Answer for the arguments of the command line."""
    match arguments:
        case ["temporal"]:
            return is_connected(int(os.environ["TEMPORAL_ADDRESS"].rpartition(":")[2]))
        case [port, path]:
            return answers(int(port), path)
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
