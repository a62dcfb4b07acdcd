"""The checks of docker-compose.yml: each function lists what is wrong, and an empty list is good."""

import json
import re
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

Document = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
OURS = "tideover"
SECRET_NAME = re.compile(r"PASSW|PWD|SECRET|TOKEN|(?<!PUBLIC_)KEY|DATABASE_URL|CREDENTIAL", re.IGNORECASE)
# PostgreSQL's exact versions have two numbers, everybody else's here have three.
EXACT_TAG = re.compile(
    r"^(postgres:\d+\.\d+|[a-z0-9./-]+:\d+\.\d+\.\d+)(-[a-z0-9.-]+)?(@sha256:[0-9a-f]{64})?$"
)
SETTING = re.compile(r"\bTIDEOVER_[A-Z0-9_]*[A-Z0-9]\b")
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<mark>:?[-?])(?P<word>[^}]*))?\}")
CREDENTIALS = re.compile(r"://[^/\s:@]+:[^/\s@]+@")


def read(path: Path = ROOT / "docker-compose.yml") -> Document:
    """The composition as Compose would merge it; anchors and `<<` are resolved by the YAML reader."""
    shared = yaml.safe_load(path.read_text(encoding="utf-8"))
    document: Document = json.loads(json.dumps(shared))  # what an anchor named is no longer one object
    return document


def resolve(text: str, environment: dict[str, str]) -> str:
    """Replace `${NAME}`, `${NAME:-word}` and `${NAME:?word}` as Compose does; KeyError for a missing one."""

    def value(match: re.Match[str]) -> str:
        if match["name"] in environment:
            return environment[match["name"]]
        if (match["mark"] or "").endswith("-"):
            return match["word"]
        raise KeyError(match["name"])

    return VARIABLE.sub(value, text)


def environment_of(service: Document) -> dict[str, str]:
    """The service's environment, whichever of the two forms it is written in."""
    written = service.get("environment") or {}
    if isinstance(written, list):
        return dict(entry.split("=", 1) for entry in written)
    return {name: str(value) for name, value in written.items()}


def dependencies_of(service: Document) -> dict[str, str]:
    """Service name to the condition that is waited for."""
    return {name: row["condition"] for name, row in (service.get("depends_on") or {}).items()}


def is_one_shot(service: Document) -> bool:
    """A container that does one thing and ends."""
    return bool(service.get("restart") == "no")


def schema_errors(document: Document) -> list[str]:
    """Where the document leaves the Compose Specification."""
    schema = json.loads((Path(__file__).parent / "compose-spec.json").read_text(encoding="utf-8"))
    return [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(document)
    ]


def unpinned_images(document: Document) -> list[str]:
    """Images without a tag, or with one that names no exact version."""
    images = {name: service.get("image", "") for name, service in document["services"].items()}
    return [f"{name}: {image!r}" for name, image in images.items() if not EXACT_TAG.match(image)]


def given_secrets(document: Document) -> list[str]:
    """Secrets that the document itself knows: a literal, a default, or a URL with a password in it."""
    found = [
        f"{name}: {key}"
        for name, service in document["services"].items()
        for key, value in environment_of(service).items()
        if SECRET_NAME.search(key) and not _is_kept_out(key, value)
    ]
    text = json.dumps(document)
    found += [match[0] for match in CREDENTIALS.finditer(text)]
    return found + [
        match[0]
        for match in VARIABLE.finditer(text)
        if SECRET_NAME.search(match["name"]) and match["mark"] != ":?"
    ]


def _is_kept_out(key: str, value: str) -> bool:
    if key.endswith("_FILE"):
        return value.startswith("/run/secrets/")
    required = VARIABLE.fullmatch(value)
    return required is not None and required["mark"] == ":?"


def unmounted_secrets(document: Document) -> list[str]:
    """Secret files that a service is told to read but is not given, or that nobody declares."""
    declared = set(document.get("secrets") or {})
    found = []
    for name, service in document["services"].items():
        given = set(service.get("secrets") or [])
        files = re.findall(r"/run/secrets/(\w+)", " ".join(environment_of(service).values()))
        found += [f"{name}: {file}" for file in files if file not in given]
        found += [f"{name}: {secret}" for secret in given - declared]
    return found


def missing_health_checks(document: Document) -> list[str]:
    """Long-running services that nobody asks how they are."""
    return [
        name
        for name, service in document["services"].items()
        if not is_one_shot(service) and not (service.get("healthcheck") or {}).get("test")
    ]


def wrong_dependencies(document: Document) -> list[str]:
    """Dependencies on an unknown service, on one out of reach, or with the condition of the other kind."""
    services = document["services"]
    found = []
    for name, service in services.items():
        for other, condition in dependencies_of(service).items():
            if other not in services:
                found.append(f"{name}: {other} does not exist")
            elif condition != _condition_for(services[other]):
                found.append(f"{name}: {other} {condition}")
            elif not set(service["networks"]) & set(services[other]["networks"]):
                found.append(f"{name}: {other} is on no common network")
    return found


def _condition_for(service: Document) -> str:
    return "service_completed_successfully" if is_one_shot(service) else "service_healthy"


def cycles(document: Document) -> list[str]:
    """The services that wait for each other."""
    graph = {name: set(dependencies_of(service)) for name, service in document["services"].items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" -> ".join(pair) for pair in pairwise(error.args[1])]
    return []


def open_ports(document: Document) -> list[str]:
    """Ports published beyond the loopback address, and services that need none but have one."""
    return [
        f"{name}: {port}"
        for name, service in document["services"].items()
        for port in service.get("ports") or []
        if name not in {"api", "temporal-ui"} or not str(port).startswith("127.0.0.1:")
    ]


def soft_spots(document: Document) -> list[str]:
    """Our containers that could write, gain rights or run as root; any container without limits."""
    found = []
    for name, service in document["services"].items():
        limits = ((service.get("deploy") or {}).get("resources") or {}).get("limits") or {}
        hardened = {
            "read_only": service.get("read_only") is True,
            "tmpfs": bool(service.get("tmpfs")),
            "cap_drop": service.get("cap_drop") == ["ALL"],
        }
        always = {
            "no-new-privileges": "no-new-privileges:true" in (service.get("security_opt") or []),
            "limits": {"cpus", "memory", "pids"} <= set(limits),
            "log rotation": "max-size" in ((service.get("logging") or {}).get("options") or {}),
            "restart": service.get("restart") in {"no", "unless-stopped"},
            "grace": is_one_shot(service) or "stop_grace_period" in service,
            "user": str(service.get("user", "")) not in {"root", "0", "0:0"},
        }
        wanted = always | (hardened if service["image"].startswith(f"{OURS}:") else {})
        found += [f"{name}: {what}" for what, holds in wanted.items() if not holds]
    return found


def unknown_settings(text: str, known: set[str]) -> list[str]:
    """Names like TIDEOVER_… in a text that are not settings, nor the file form of one."""
    names = set(SETTING.findall(text))
    return sorted(name for name in names if name not in known and name.removesuffix("_FILE") not in known)
