"""Pages are rendered here: templates with every value escaped and no value missing."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from api.pages import words
from api.problems import Problem

_TEMPLATES = Path(__file__).parents[2] / "templates" / "console"
_ACCOUNT_PAGE_SLASHES = 3
_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


class Asset(NamedTuple):
    """A file that pages link to; `version` changes with its content."""

    body: bytes
    media_type: str
    version: str


@lru_cache(maxsize=1)
def assets() -> Mapping[str, Asset]:
    """The files that may be asked for, by name."""
    files = (path for path in sorted((_TEMPLATES / "static").iterdir()) if path.suffix in _MEDIA_TYPES)
    return MappingProxyType({path.name: _asset(path) for path in files})


def page(template: str, values: Mapping[str, object], status: int = 200) -> HTMLResponse:
    """A template of templates/console, filled in."""
    return HTMLResponse(_environment().get_template(template).render(values), status)


def problem_at(path: str, problem: Problem) -> Response:
    """The problem as a page where people look, with the way back; elsewhere as problem+json."""
    if not path.startswith("/console"):
        return problem.response()
    values = {"title": problem.kind.title, "detail": problem.detail, "back": _back(path)}
    return page("problem.html", values, int(problem.kind.status))


def _back(path: str) -> str:
    """From an order's address to its account's page, from anywhere else to the list."""
    return path.rpartition("/")[0] if path.count("/") > _ACCOUNT_PAGE_SLASHES else "/console"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["asset"] = _asset_address
    environment.filters.update(words.FILTERS)
    return environment


def _asset_address(name: str) -> str:
    return f"/console/static/{name}?v={assets()[name].version}"


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(body, _MEDIA_TYPES[path.suffix], sha256(body).hexdigest()[:12])
