"""How settings are read from the environment: their names, their files, and the shapes of their values."""

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

_AES_256_HEX = re.compile(r"[0-9a-fA-F]{64}")
_IN_A_FILE = "_FILE"
_POSTGRES = frozenset({"postgres", "postgresql", "postgresql+psycopg"})


class SettingsRefused(Exception):
    """The settings cannot be used; `sentences` says for each what to change, and never repeats a value."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query:
        raise ValueError("give an address such as https://collections.example.com")
    return text.rstrip("/")


def _with_our_driver(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if parts.scheme not in _POSTGRES or not parts.netloc:
        raise ValueError("give an address such as postgresql://user:password@host:5432/database")
    return SecretStr(parts._replace(scheme="postgresql+psycopg").geturl())


def _named_secrets(secrets: SecretStr) -> SecretStr:
    if not all(name and secret for name, secret in pairs(secrets)):
        raise ValueError("give pairs with a colon between, separated by commas")
    return secrets


def _aes_keys(keys: SecretStr) -> SecretStr:
    named = list(pairs(keys))
    if any(_AES_256_HEX.fullmatch(key) is None for _, key in named):
        raise ValueError("give keys of 64 hexadecimal digits, such as `openssl rand -hex 32` prints")
    if len(dict(named)) < len(named):
        raise ValueError("give each key an id of its own")
    return keys


Folder = Annotated[Path, AfterValidator(_absolute)]
Port = Annotated[int, Field(ge=0, le=65535)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
DatabaseAddress = Annotated[SecretStr, AfterValidator(_with_our_driver)]
NamedSecrets = Annotated[SecretStr, AfterValidator(_named_secrets)]
AesKeys = Annotated[SecretStr, AfterValidator(_aes_keys), AfterValidator(_named_secrets)]


def listed(secret: SecretStr | None) -> Iterator[str]:
    """The parts of a setting between its commas, without blanks and empty parts."""
    text = secret.get_secret_value() if secret is not None else ""
    yield from filter(None, (part.strip() for part in text.split(",")))


def pairs(secret: SecretStr | None) -> Iterator[tuple[str, str]]:
    """The parts of a setting between its commas, each cut at its first colon."""
    for part in listed(secret):
        left, _, right = part.partition(":")
        yield left.strip(), right.strip()


class NamedFiles(PydanticBaseSettingsSource):
    """Secrets that stand in a file: `NAME_FILE` holds the path for the setting `NAME`."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:
        """The text of the file that the environment names for the field, without its last line break."""
        names = environment_names(self.settings_cls, field_name) if _is_secret(field) else ()
        paths = [(name, path) for name in names if (path := os.environ.get(name + _IN_A_FILE))]
        for name, path in paths:
            if any(os.environ.get(other) for other in names):
                raise SettingsRefused(f"{name} and {name}{_IN_A_FILE} are both given: give one of them.")
            return _text_of(path, name + _IN_A_FILE), field_name, False
        return None, field_name, False

    def __call__(self) -> dict[str, object]:
        """The fields that a file gives."""
        found = {name: self.get_field_value(field, name)[0] for name, field in _fields(self.settings_cls)}
        return {name: text for name, text in found.items() if text is not None}


def _text_of(path: str, name: str) -> str:
    try:
        text = Path(path).read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError):
        raise SettingsRefused(f"{name} names a file that cannot be read as text: correct it.") from None
    if not text:
        raise SettingsRefused(f"{name} names an empty file: put the secret into it.")
    return text


def environment_names(settings: type[BaseSettings], field: str) -> tuple[str, ...]:
    """The environment variables that give the field, the preferred first, without the `_FILE` forms."""
    match settings.model_fields[field].validation_alias:
        case AliasChoices(choices=choices):
            return tuple(f"{choice}" for choice in choices)
        case _:
            return (f"{_prefix(settings)}{field.upper()}",)


def unknown_names(settings: type[BaseSettings]) -> Iterator[str]:
    """A sentence for each variable in the environment that carries our prefix and is no setting."""
    known = set(_known_names(settings))
    for name in sorted(os.environ):
        if name.upper().startswith(_prefix(settings)) and name.upper() not in known:
            meant = difflib.get_close_matches(name.upper(), known, n=1)
            yield f"{name} is no setting" + (f": did you mean {meant[0]}?" if meant else ": take it away.")


def _known_names(settings: type[BaseSettings]) -> Iterator[str]:
    for field_name, field in _fields(settings):
        for name in environment_names(settings, field_name):
            yield name
            if _is_secret(field):
                yield name + _IN_A_FILE


def _fields(settings: type[BaseSettings]) -> Iterator[tuple[str, FieldInfo]]:
    yield from settings.model_fields.items()


def _prefix(settings: type[BaseSettings]) -> str:
    return settings.model_config["env_prefix"]


def _is_secret(field: FieldInfo) -> bool:
    annotation: object = field.annotation
    parts = (annotation, *get_args(annotation))
    return any(SecretStr in (part, *get_args(part)) for part in parts)
