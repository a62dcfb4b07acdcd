"""Messages in the customer's language: a checked template, plain values, a text that can be sent."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Template
from markupsafe import Markup, escape

from adapters.files.mistake import TemplatesRefused
from adapters.files.template_files import HTML, LAST_RESORT, PLAIN, TemplateFolder, TemplateKey, read_folder
from adapters.files.template_rules import VARIABLES
from domain.contact import Channel

LONGEST_VALUE: Final = 300
LONGEST: Final = {Channel.SMS: 1_600, Channel.EMAIL: 20_000}
_UNFIT: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Embeddings, overrides and isolates: they can make a text read backwards. Plain direction marks stay.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Babel groups digits with these; in an SMS each would double the price.
_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})


class RenderRefused(ValueError):
    """A message that cannot be made of these values. It names the value's key, never the value."""


class TemplateMissing(LookupError):
    """No text of that name for the channel, not even in English."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready to send; `subject` and `html` are None for an SMS. `locale` is the text's own."""

    subject: str | None
    text: str
    html: str | None
    locale: str


@dataclass(frozen=True, slots=True)
class _Compiled:
    subject: Template | None
    body: Template


class MessageTemplates:
    """All texts of a folder, read and compiled once."""

    def __init__(self, folder: Path, content: TemplateFolder | None = None) -> None:
        """Read `folder`, or take its `content` where it has been read already.

        Raises:
            TemplatesRefused: with every mistake of every file.
        """
        content = content or read_folder(folder)
        if content.mistakes:
            raise TemplatesRefused(content.mistakes)
        self._layout = HTML.from_string(content.layout)
        self._texts = {
            file.key: _Compiled(
                None if file.subject is None else PLAIN.from_string(file.subject),
                PLAIN.from_string(file.body),
            )
            for file in content.files
        }

    def known(self) -> frozenset[TemplateKey]:
        """Each text as (template, channel, locale)."""
        return frozenset(self._texts)

    def render(self, template: str, channel: Channel, locale: str, values: Mapping[str, str]) -> Rendered:
        """The message in `locale` or the nearest language there is; `values` are formatted already.

        Raises:
            TemplateMissing: there is no such text, in no language of the chain.
            RenderRefused: a value is missing, unknown or unfit, or the message is too long.
        """
        key = self._nearest(template, channel, locale)
        _check_values(values)
        return self._rendered(key, values)

    def _nearest(self, template: str, channel: Channel, locale: str) -> TemplateKey:
        spoken = {
            found.lower(): found for name, way, found in self._texts if (name, way) == (template, channel)
        }
        for wish in fallbacks(locale):
            if wish.lower() in spoken:
                return template, channel, spoken[wish.lower()]
        raise TemplateMissing(
            f"there is no template {template!r} for {channel}; write {template}.{channel}.txt"
        )

    def _rendered(self, key: TemplateKey, values: Mapping[str, str]) -> Rendered:
        template, channel, locale = key
        compiled = self._texts[key]
        text = compiled.body.render(values).strip()
        if len(text) > LONGEST[channel]:
            raise RenderRefused(f"{template}.{channel} ({locale}) is longer than {LONGEST[channel]} letters")
        if compiled.subject is None:
            return Rendered(None, text.translate(_SPACES), None, locale)
        subject = compiled.subject.render(values).strip()
        if not subject or any(unicodedata.category(letter) in _UNFIT for letter in subject):
            raise RenderRefused(f"the subject of {template} ({locale}) is empty or more than one line")
        html = self._layout.render(
            subject=subject, lang=locale, company=values["company"], body=_body(text, values["portal_link"])
        )
        return Rendered(subject, text + "\n", html, locale)


def fallbacks(locale: str) -> Iterator[str]:
    """The locale, its languages from the nearest to the widest, and the last resort: fr-CA, fr, en."""
    wish = locale.strip().replace("_", "-")
    while wish:
        yield wish
        wish = wish.rpartition("-")[0]
    yield LAST_RESORT


def _check_values(values: Mapping[str, str]) -> None:
    if unlike := sorted(values.keys() ^ set(VARIABLES)):
        raise RenderRefused(f"unknown or missing values {unlike}; give exactly {', '.join(VARIABLES)}")
    for name, value in values.items():
        if type(value) is not str:
            raise RenderRefused(f"the value {name} is no plain text; format it first")
        if len(value) > LONGEST_VALUE:
            raise RenderRefused(f"the value {name} is longer than {LONGEST_VALUE} letters")
        if any(unicodedata.category(letter) in _UNFIT or letter in _TURNING for letter in value):
            raise RenderRefused(f"the value {name} has a line end or a character that nobody sees")


def _body(text: str, link: str) -> Markup:
    """The text as HTML paragraphs; only our own link can be clicked, whatever the values say."""
    safe = escape(text)
    if link.startswith(("https://", "http://")):
        safe = safe.replace(escape(link), Markup('<a href="{0}">{0}</a>').format(link))
    paragraphs = (part.strip().replace("\n", Markup("<br>\n")) for part in safe.split("\n\n"))
    return Markup("\n").join(Markup("<p>{}</p>").format(part) for part in paragraphs if part)
