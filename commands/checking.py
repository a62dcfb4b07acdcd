"""The project's files, looked through: journeys, templates, schema."""

import sys

from adapters.files.check import check_project
from commands.exits import say
from commands.parts import ROOT


def checked() -> int:
    """Print every mistake with file, line and remedy; 1 when there is one that is no warning."""
    mistakes = check_project(ROOT)
    for mistake in mistakes:
        sys.stderr.write(f"{mistake}\n")
    if not mistakes:
        say("journeys, templates and schema: nothing to mend")
    return int(any(not mistake.warning for mistake in mistakes))
