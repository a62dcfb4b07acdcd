"""`python -m cli run` as people start it: what it prints, what it keeps, how it ends, and how it refuses."""

import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from commands.demo import PERSONAS
from tests.adapters.embedded.processes import alive, becomes
from tests.e2e.programs import PATIENCE_S, Program, a_program, needs_linux, processes_about

pytestmark = [pytest.mark.slow, needs_linux]
_READY = "Ctrl-C stops everything."


@dataclass(frozen=True, slots=True)
class Home:
    """A data folder and the words of every run over it."""

    folder: Path
    words: Path

    @contextmanager
    def run(self, name: str, **changes: str) -> Iterator[Program]:
        ports = dict.fromkeys(
            ("TIDEOVER_API_PORT", "TIDEOVER_TEMPORAL_PORT", "TIDEOVER_TEMPORAL_UI_PORT"), "0"
        )
        environment: Mapping[str, str] = {"TIDEOVER_DATA_DIR": f"{self.folder}"} | ports | changes
        with a_program(self.words, "cli", "run", environment=environment, name=name) as program:
            yield program

    def nothing_is_left_of(self, pids: set[int]) -> None:
        """Neither a process that the run had started nor any other over the folder."""
        gone = becomes(lambda: not any(alive(pid) for pid in pids), PATIENCE_S)
        assert gone, "a process outlived the run"
        assert becomes(lambda: not processes_about(self.folder)), processes_about(self.folder)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("run")
    return Home(folder / "tideover", folder)


def _home(program: Program) -> str:
    return program.after("API and its docs").removesuffix("/docs")


def _asked(program: Program, path: str) -> Any:  # noqa: ANN401 - whatever JSON says
    with httpx2.Client(base_url=_home(program), timeout=60, trust_env=False) as client:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.json() if "json" in answer.headers["content-type"] else answer.text


def _listed(program: Program) -> list[dict[str, Any]]:
    journeys: list[dict[str, Any]] = _asked(program, "/v1/journeys?limit=100")["journeys"]
    return journeys


def test_runs_one_after_another_finish_the_demo_keep_it_and_leave_nothing_behind(home: Home) -> None:
    with home.run("killed") as program:
        program.says(f"Enrolling the demo portfolio: 1 of {len(PERSONAS)}")
        below = program.descendants()
        program.killed()
        assert len(below) >= 2, "the control: there were servers to leave behind"
        home.nothing_is_left_of(below)

    with home.run("interrupted") as program:
        program.says("Published")
        assert program.asked_to_stop(signal.SIGINT) == 0
        assert "Stopped." in program.words()
        assert program.errors() == ""

    with home.run("finishing") as program:
        program.says(_READY)
        assert "Enrolling the demo portfolio: " in program.words(), "the first run got it all done"
        assert _asked(program, "/readyz") == {"ready": True, "database": True, "temporal": True}
        enrolled = _listed(program)
        assert {one["account_id"] for one in enrolled} == {
            f"demo-{number:03}" for number in range(1, len(PERSONAS) + 1)
        }
        texts = [one["text"] for one in _asked(program, "/v1/outbox")["messages"]]
        assert all("http://127.0.0.1:" in text for text in texts)
        assert not any("http://127.0.0.1:0/" in text for text in texts), "a link leads to port 0"
        below = program.descendants()
        assert program.asked_to_stop(signal.SIGINT) == 0
        assert program.errors() == ""
        home.nothing_is_left_of(below)

    with home.run("again") as program:
        program.says(_READY)
        assert "The demo portfolio is where it was." in program.words()
        assert _listed(program) == enrolled
        for page in ("/console", "/docs", f"/console/accounts/{enrolled[0]['account_id']}"):
            assert "Tideover" in _asked(program, page)
        printed = [program.after(name) for name in ("Operators' page", "Temporal  ", "Log")]
        assert printed[0].endswith("/console")
        assert httpx2.get(printed[1], follow_redirects=True).status_code == 200
        assert Path(printed[2]) == home.folder / "tideover.log"
        assert program.asked_to_stop(signal.SIGTERM) == 0


def test_ctrl_c_while_the_servers_are_being_made_leaves_nothing_behind(tmp_path: Path) -> None:
    home = Home(tmp_path / "tideover", tmp_path)
    with home.run("early") as program:
        program.says("Starting PostgreSQL")
        assert becomes(lambda: bool(program.descendants())), "the control: something was being made"
        below = program.descendants()
        assert program.asked_to_stop(signal.SIGINT) == 128 + signal.SIGINT
        assert program.errors() == ""
        home.nothing_is_left_of(below)


def _refused(home: Home, name: str, **changes: str) -> str:
    """The one sentence on stderr of a run that cannot begin."""
    with home.run(name, **changes) as program:
        assert program.ends() == 1
        said = program.errors().splitlines()
        assert len(said) == 1, said
        assert "Traceback" not in program.words()
    home.nothing_is_left_of(set())
    return said[0]


@pytest.mark.parametrize(
    "setting", ["TIDEOVER_API_PORT", "TIDEOVER_TEMPORAL_PORT", "TIDEOVER_TEMPORAL_UI_PORT"]
)
def test_a_taken_port_is_one_sentence_that_names_its_setting(home: Home, setting: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        said = _refused(home, setting, **{setting: f"{port}"})
    assert f"Port {port} cannot be used" in said
    assert f"set {setting} to another" in said


def test_a_folder_that_cannot_be_written_is_one_sentence_that_names_its_setting(
    home: Home, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    said = _refused(home, "folder", TIDEOVER_DATA_DIR=f"{tmp_path / 'file' / 'below'}")
    assert "cannot be written" in said
    assert "point TIDEOVER_DATA_DIR elsewhere" in said


def test_a_misspelt_setting_is_one_sentence_that_says_what_was_meant(home: Home) -> None:
    said = _refused(home, "misspelt", TIDEOVER_API_PROT="8080")
    assert said == "TIDEOVER_API_PROT is no setting: did you mean TIDEOVER_API_PORT?"
