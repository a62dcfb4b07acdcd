"""A line reader for our Dockerfile, what it would put into the image, and the checks of both."""

import json
import re
import shutil
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from tests.deploy.composition import EXACT_TAG, ROOT, SECRET_NAME

PRIVATE = (".git", ".tideover", ".env", "secrets", "tests")
LABELS = ("title", "description", "version", "revision")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction with its continuation lines joined, such as `USER` `10001`."""

    keyword: str
    text: str

    @property
    def words(self) -> list[str]:
        """The arguments, whether written as JSON or as words."""
        if self.text.startswith("["):
            return [str(word) for word in json.loads(self.text)]
        return self.text.split()


def read(text: str | None = None) -> list[Instruction]:
    """The instructions in order; comments and blank lines are left out."""
    source = (ROOT / "Dockerfile").read_text(encoding="utf-8") if text is None else text
    lines = [line for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    pairs = [line.split(maxsplit=1) for line in joined.splitlines()]
    return [Instruction(keyword.upper(), text.strip()) for keyword, text in pairs]


def final_stage(instructions: list[Instruction]) -> list[Instruction]:
    """What follows the last FROM."""
    last = max(place for place, one in enumerate(instructions) if one.keyword == "FROM")
    return instructions[last:]


def last_command(instructions: list[Instruction]) -> list[str]:
    """The words of the final stage's CMD."""
    commands = [one.words for one in final_stage(instructions) if one.keyword == "CMD"]
    return commands[-1] if commands else []


def admitted(path: str, patterns: list[str]) -> bool:
    """Whether a .dockerignore lets a path into the build context: the last match decides."""
    parents = [str(parent) for parent in PurePosixPath(path).parents if str(parent) != "."]
    inside = True
    for pattern in patterns:
        name = pattern.removeprefix("!").rstrip("/")
        if any(_matches(candidate, name) for candidate in [path, *parents]):
            inside = pattern.startswith("!")
    return inside


def _matches(path: str, name: str) -> bool:
    if name.startswith("**/"):
        return fnmatchcase(PurePosixPath(path).name, name.removeprefix("**/"))
    return PurePosixPath(path).match(name) and path.count("/") == name.count("/")


def ignore_patterns(text: str | None = None) -> list[str]:
    """The lines of .dockerignore that say something."""
    source = (ROOT / ".dockerignore").read_text(encoding="utf-8") if text is None else text
    return [line.strip() for line in source.splitlines() if line.strip() and not line.startswith("#")]


def copies(instructions: list[Instruction]) -> list[tuple[str, str]]:
    """(source, destination) of every COPY from the build context in the final stage."""
    rows = []
    for one in final_stage(instructions):
        if one.keyword in {"COPY", "ADD"} and not one.text.startswith("--from="):
            *sources, destination = [word for word in one.words if not word.startswith("--")]
            rows += [(source, destination) for source in sources]
    return rows


def lay_out(destination: Path, instructions: list[Instruction], patterns: list[str]) -> None:
    """Copy into a directory what the image holds under its WORKDIR; FileNotFoundError if one is missing."""
    for source, target in copies(instructions):
        origin = ROOT / source
        files = [origin] if origin.is_file() else [path for path in origin.rglob("*") if path.is_file()]
        if not files:
            raise FileNotFoundError(source)
        for path in files:
            if admitted(path.relative_to(ROOT).as_posix(), patterns):
                inner = path.relative_to(origin) if origin.is_dir() else Path(path.name)
                place = destination / target / inner
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, place)


def unpinned_stages(instructions: list[Instruction]) -> list[str]:
    """FROM lines whose image has no exact version (an earlier stage may be named too)."""
    stages = {one.words[-1] for one in instructions if one.keyword == "FROM" and "AS" in one.words}
    images = [one.words[0] for one in instructions if one.keyword == "FROM"]
    return [image for image in images if image not in stages and not EXACT_TAG.match(image)]


def root_commands(instructions: list[Instruction]) -> list[str]:
    """The commands of the final stage that would run as root or as a user known only by name."""
    user, found = "root", []
    for one in final_stage(instructions):
        if one.keyword == "USER":
            user = one.text
        elif one.keyword in {"CMD", "ENTRYPOINT"} and not re.fullmatch(r"[1-9]\d*:[1-9]\d*", user):
            found.append(f"{one.text} as {user}")
    return found


def careless_copies(instructions: list[Instruction], patterns: list[str]) -> list[str]:
    """COPY of everything, ADD at all, and private paths that the build context would hold."""
    found = [f"{one.keyword} {one.text}" for one in instructions if one.keyword == "ADD"]
    found += [f"COPY {one}" for one, _ in copies(instructions) if one.rstrip("/") in {".", "*", *PRIVATE}]
    return found + [f"context holds {path}" for path in PRIVATE if admitted(f"{path}/x", patterns)]


def baked_secrets(instructions: list[Instruction]) -> list[str]:
    """ENV and ARG lines that name a secret: both stay readable in the image's history."""
    return [
        one.text for one in instructions if one.keyword in {"ENV", "ARG"} and SECRET_NAME.search(one.text)
    ]


def unhashed_installs(instructions: list[Instruction]) -> list[str]:
    """RUN lines that install Python packages without checking their hashes."""
    parts = [part for one in instructions if one.keyword == "RUN" for part in one.text.split("&&")]
    return [part.strip() for part in parts if _installs(part) and "--require-hashes" not in part]


def _installs(part: str) -> bool:
    return re.search(r"\bpip (install|sync)\b", part) is not None


def missing_labels(instructions: list[Instruction]) -> list[str]:
    """The OCI labels that the final stage does not set."""
    text = " ".join(one.text for one in final_stage(instructions) if one.keyword == "LABEL")
    return [label for label in LABELS if f"org.opencontainers.image.{label}=" not in text]


def missing_modules(command: list[str], tree: Path) -> list[str]:
    """The module that `python -m` would not find in a tree."""
    if command[:2] != ["python", "-m"]:
        return [" ".join(command)]
    return [] if (tree / f"{command[2]}.py").is_file() else [command[2]]
