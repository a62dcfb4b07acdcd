import os

import pytest

from adapters.embedded.errors import PortTaken
from commands import exits
from commands.exits import CommandFailed, finish


class Left(BaseException):
    """Stands for the process's end."""


@pytest.fixture
def code(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    codes: list[int] = []

    def leave(code: int) -> None:
        codes.append(code)
        raise Left

    monkeypatch.setattr(os, "_exit", leave)
    return codes


def told(error: BaseException | None) -> int:
    if error is not None:
        raise error
    return 0


@pytest.mark.parametrize(
    ("error", "expected", "sentence"),
    [
        (None, 0, ""),
        (CommandFailed("Say which."), 1, "Say which.\n"),
        (PortTaken(8080, "TIDEOVER_API_PORT"), 1, "TIDEOVER_API_PORT"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_a_command_leaves_with_its_code_and_at_most_one_sentence(
    error: BaseException | None,
    expected: int,
    sentence: str,
    code: list[int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(Left):
        finish(lambda: told(error))
    assert code == [expected]
    assert sentence in capsys.readouterr().err


def test_progress_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    exits.say("Migrating ...")
    assert capsys.readouterr().out == "Migrating ...\n"
