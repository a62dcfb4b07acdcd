"""Record the stories anew: `python -m tests.histories.record`, for a release, not to silence a failure."""

import asyncio
import os
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from adapters.temporal.client import converter
from tests.workflows.conftest import binary
from tests.workflows.stories import stories, tell

FOLDER = Path(__file__).parent


async def record() -> None:
    """Write one file a run: `<journey>--<plot>.<n>.json`, payloads compressed, nobody's data inside."""
    for old in FOLDER.glob("*.json"):
        old.unlink()
    async with await WorkflowEnvironment.start_local(
        data_converter=converter({}), dev_server_existing_path=binary("temporal")
    ) as environment:
        for story in stories():
            for number, history in enumerate(await tell(environment.client, story), 1):
                path = FOLDER / f"{story.name}.{number}.json"
                path.write_text(history.to_json(), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(record())
    os._exit(0)  # the SDK's threads abort a normal shutdown now and then (sdk-python 300)
