"""Documentation does not lag behind the code."""

import re
from pathlib import Path

import typer

import cli
from commands.documents import SETTINGS, settings_page
from tests.house.tree import ROOT


def test_the_settings_page_is_the_one_the_code_makes() -> None:
    assert SETTINGS.read_text(encoding="utf-8") == settings_page()


def commands() -> set[str]:
    group = typer.main.get_command(cli.app)
    assert hasattr(group, "commands")
    return set(group.commands)


def test_every_command_is_documented() -> None:
    text = "".join(
        path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    )
    assert {name for name in commands() if f"cli {name}" not in text} == set()


def test_links_between_documents_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / Path(target)).exists()
    ]
    assert dead == []
