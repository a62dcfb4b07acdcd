"""What the figures were taken on: facts that a reader needs, none that names the machine or the day."""

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import text
from temporalio.api.workflowservice.v1 import GetSystemInfoRequest

from benchmarks.figures import Row, Table
from benchmarks.stage import Stage

BUSY = 0.5


def cores() -> int:
    """Processors that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def load() -> float:
    """Runnable processes over the last minute."""
    return os.getloadavg()[0]


def facts(load_before: float) -> list[Row]:
    """The machine and Python."""
    busy = " - other work was running: provisional" if load_before > BUSY * cores() else ""
    return [
        ("processor", f"{_processor()}, {cores()} cores"),
        ("system", f"{platform.system()} {platform.machine()}"),
        ("Python", platform.python_version()),
        ("load before the run", f"{load_before:.1f}{busy}"),
    ]


async def service_facts(stage: Stage) -> list[Row]:
    """The servers and the SDK."""
    found = await stage.client.workflow_service.get_system_info(GetSystemInfoRequest())
    async with stage.database.single() as session:
        postgres = (await session.execute(text("SHOW server_version"))).scalar_one()
    return [
        ("Temporal server, SDK", f"{found.server_version}, {version('temporalio')}"),
        ("PostgreSQL", f"{postgres}"),
    ]


def facts_table(rows: list[Row]) -> Table:
    """The facts as a table."""
    return Table(("machine", ""), tuple(rows))


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
