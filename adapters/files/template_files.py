"""The template files of a folder: `<locale>/<template>.<channel>.txt`, each read and checked on its own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from adapters.files.mistake import FileRefused, Mistake
from adapters.files.plain_text import plain_text, read_bytes
from adapters.files.template_rules import VARIABLES, breaches
from domain.contact import Channel

LARGEST_BYTES: Final = 8 * 1024
LAYOUT: Final = "layout.html"
LAYOUT_NAMES: Final = ("subject", "body", "lang", "company")
LAST_RESORT: Final = "en"
_LOCALE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_FILE: Final = re.compile(r"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.(sms|email)\.txt")
_SUBJECT: Final = "Subject: "

TemplateKey: TypeAlias = tuple[str, Channel, str]

# The allow-list of template_rules is the wall; the sandbox and the strict names stand behind it.
PLAIN: Final = ImmutableSandboxedEnvironment(
    autoescape=False,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
HTML: Final = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """One text as it is written; `path` is what messages call it, `subject` None for an SMS."""

    key: TemplateKey
    path: str
    subject: str | None
    body: str


@dataclass(frozen=True, slots=True)
class TemplateFolder:
    """What a folder holds and what is wrong with it; `keys` are all texts, the refused ones among them."""

    files: tuple[TemplateFile, ...]
    layout: str
    mistakes: tuple[Mistake, ...]
    keys: frozenset[TemplateKey]


def read_folder(folder: Path) -> TemplateFolder:
    """Every text of a folder that can be used, with the mistakes of those that cannot."""
    mistakes: list[Mistake] = []
    layout = _layout(folder / LAYOUT, mistakes)
    places = sorted(path for path in folder.glob("*") if path.name != LAYOUT)
    texts = {key: path for place in places for key, path in _locale(place, mistakes)}
    files = [file for key, path in texts.items() if (file := _file(path, key, mistakes))]
    if not any(locale == LAST_RESORT for _, _, locale in texts):
        problem = f"there is no text in `{LAST_RESORT}`, to which every language falls back"
        mistakes.append(Mistake(str(folder), 1, 1, problem, f"write `{LAST_RESORT}/….sms.txt` and so on"))
    return TemplateFolder(tuple(files), layout, tuple(mistakes), frozenset(texts))


def _locale(folder: Path, mistakes: list[Mistake]) -> Iterator[tuple[TemplateKey, Path]]:
    if not folder.is_dir() or not _LOCALE.fullmatch(folder.name):
        problem = "this is no folder of a language"
        mistakes.append(Mistake(str(folder), 1, 1, problem, "write its name as in `en` or `fr-CA`"))
        return
    for path in sorted(folder.glob("*")):
        if found := _FILE.fullmatch(path.name):
            yield (found[1], Channel(found[2]), folder.name), path
        else:
            remedy = "write `template-name.sms.txt` or `template-name.email.txt`"
            mistakes.append(Mistake(str(path), 1, 1, "the name says neither template nor channel", remedy))


def _file(path: Path, key: TemplateKey, mistakes: list[Mistake]) -> TemplateFile | None:
    try:
        file = _parts(_read(path), key, str(path))
    except FileRefused as refused:
        mistakes += refused.mistakes
        return None
    wrong = list(_breaches(file))
    mistakes += wrong
    return None if wrong else file


def _read(path: Path) -> str:
    content = read_bytes(path, str(path), LARGEST_BYTES)
    return plain_text(content, str(path), LARGEST_BYTES).text.replace("\r\n", "\n")


def _parts(text: str, key: TemplateKey, path: str) -> TemplateFile:
    if key[1] is Channel.SMS:
        return TemplateFile(key, path, None, text)
    first, _, rest = text.partition("\n")
    if not first.startswith(_SUBJECT) or not first.removeprefix(_SUBJECT).strip():
        raise FileRefused([Mistake(path, 1, 1, "a mail starts with its subject", "write `Subject: …`")])
    blank, _, body = rest.partition("\n")
    if blank.strip():
        raise FileRefused(
            [Mistake(path, 2, 1, "the text must stand apart from the subject", "write an empty line")]
        )
    return TemplateFile(key, path, first.removeprefix(_SUBJECT).strip(), body)


def _breaches(file: TemplateFile) -> Iterator[Mistake]:
    above = 0 if file.subject is None else 2
    for line, problem, remedy in breaches(PLAIN, file.body, VARIABLES):
        yield Mistake(file.path, line + above, 1, problem, remedy)
    for line, problem, remedy in breaches(PLAIN, file.subject or "", VARIABLES):
        yield Mistake(file.path, line, 1, problem, remedy)


def _layout(path: Path, mistakes: list[Mistake]) -> str:
    try:
        text = _read(path)
    except FileRefused as refused:
        mistakes += refused.mistakes
        return ""
    wrong = [Mistake(str(path), *breach[:1], 1, *breach[1:]) for breach in breaches(HTML, text, LAYOUT_NAMES)]
    mistakes += wrong
    return "" if wrong else text
