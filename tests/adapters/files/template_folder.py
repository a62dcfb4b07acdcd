"""A small folder of templates for tests."""

from pathlib import Path

from adapters.files.template_check import SAMPLE

SMS = "{{ company }}: {{ first_name }} {{ balance }}, {{ portal_link }} {{ help_phone }} STOP\n"
MAIL = "Subject: Hello {{ first_name }}.\n\nHello,\n\n{{ company }}: {{ balance }}\n{{ portal_link }}\n"
LAYOUT = '<html lang="{{ lang }}"><title>{{ subject }}</title><h1>{{ company }}</h1>{{ body }}</html>'
VALUES = SAMPLE


def a_folder(root: Path, **texts: str) -> Path:
    """A folder with one SMS and one mail in English; `texts` adds files, `fr__a_sms` being `fr/a.sms.txt`."""
    write(root / "layout.html", LAYOUT)
    write(root / "en" / "note.sms.txt", SMS)
    write(root / "en" / "note.email.txt", MAIL)
    for name, text in texts.items():
        locale, _, file = name.partition("__")
        template, _, channel = file.rpartition("_")
        write(root / locale.replace("_", "-") / f"{template}.{channel}.txt", text)
    return root


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
