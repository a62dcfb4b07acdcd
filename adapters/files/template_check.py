"""Templates looked through before they are used: whole in each language, short, signed, with a way out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from adapters.files.mistake import Mistake
from adapters.files.segments import segments
from adapters.files.template_files import TemplateFile, TemplateFolder, read_folder
from adapters.files.templates import MessageTemplates, Rendered, RenderRefused
from domain.contact import Channel

LONGEST_SMS: Final = 480
MOST_SEGMENTS: Final = 4
LONGEST_SUBJECT: Final = 120
# The word that every provider obeys, whatever the language of the text.
WAY_OUT: Final = "STOP"
SAMPLE: Final = {
    "company": "Northwind Mobile",
    "first_name": "Maximilian",
    "balance": "1,234.56 USD",
    "due_date": "30 September 2026",
    "portal_link": "https://pay.example.com/s/AbCdEfGh1234",
    "help_phone": "+1 555 010 0199",
    "reference": "TD-4F7K-29QX",
}


def check_templates(folder: Path, content: TemplateFolder | None = None) -> tuple[Mistake, ...]:
    """Every mistake of a folder of templates (`content` where it has been read already).

    None of them means that `MessageTemplates` takes the folder.
    """
    content = content or read_folder(folder)
    if content.mistakes:
        return tuple(sorted(content.mistakes))
    templates = MessageTemplates(folder, content)
    wrong = [mistake for file in content.files for mistake in _sampled(templates, file)]
    return tuple(sorted((*wrong, *_missing(content.files, folder))))


def _missing(files: tuple[TemplateFile, ...], folder: Path) -> Iterator[Mistake]:
    """A text that one language has and another lacks; a region may lean on its language."""
    keys = {file.key for file in files}
    languages = {locale for _, _, locale in keys if "-" not in locale}
    for name, channel in sorted({(name, channel) for name, channel, _ in keys}):
        for locale in sorted(languages):
            if (name, channel, locale) not in keys:
                path = folder / locale / f"{name}.{channel}.txt"
                yield Mistake(str(path), 1, 1, "other languages have this text", "write it in this one, too")


def _sampled(templates: MessageTemplates, file: TemplateFile) -> Iterator[Mistake]:
    """What is wrong with the message itself, with a first name and without."""
    found: dict[str, Mistake] = {}
    for values in (SAMPLE, SAMPLE | {"first_name": ""}):
        try:
            message = templates.render(*file.key, values)
        except RenderRefused as refused:
            found["render"] = Mistake(file.path, 1, 1, str(refused), "write a shorter text")
            continue
        for problem, remedy in _unfit(message, file.key[1]):
            found[problem] = Mistake(file.path, 1, 1, problem, remedy)
    yield from found.values()


def _unfit(message: Rendered, channel: Channel) -> Iterator[tuple[str, str]]:
    if SAMPLE["company"] not in message.text:
        yield "the message does not say who writes", "write {{ company }}"
    if SAMPLE["portal_link"] not in message.text:
        yield "the message gives no way to pay", "write {{ portal_link }}"
    if message.subject is not None and len(message.subject) > LONGEST_SUBJECT:
        yield f"the subject is longer than {LONGEST_SUBJECT} letters", "write a shorter one"
    if channel is not Channel.SMS:
        return
    if WAY_OUT not in message.text:
        yield "the message does not say how to stop messages", f"write that {WAY_OUT} stops them"
    if len(message.text) > LONGEST_SMS:
        yield f"the message is longer than {LONGEST_SMS} letters", "write a shorter one"
    parts = segments(message.text)
    if parts.count > MOST_SEGMENTS:
        problem = f"the message travels as {parts.count} SMS ({parts.encoding})"
        yield problem, "write less, and only letters of the SMS alphabet"
