"""Documents that are made from the code: settings, so that they cannot lag behind it."""

from collections.abc import Iterator

from adapters.environment import environment_names
from adapters.settings import Settings
from commands.exits import say
from commands.parts import ROOT

SETTINGS = ROOT / "docs" / "settings.md"
_HEAD = """# Settings

Everything is set through the environment (12-factor); `python -m cli documents` makes this page from
`adapters/settings.py`. A secret may also stand in a file: give the same name with `_FILE` behind it. An empty
value counts as not given.

| setting | default | meaning |
|---|---|---|
"""


def written() -> int:
    """Write the documents anew."""
    SETTINGS.write_text(settings_page(), encoding="utf-8")
    say(f"wrote {SETTINGS.relative_to(ROOT)}")
    return 0


def settings_page() -> str:
    """The settings as a Markdown page."""
    return _HEAD + "".join(f"{line}\n" for line in _rows())


def _rows() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        names = " or ".join(f"`{each}`" for each in environment_names(Settings, name))
        default = field.get_default()
        shown = "" if default is None or field.is_required() or "Secret" in repr(default) else f"`{default}`"
        yield f"| {names} | {shown} | {field.description} |"
