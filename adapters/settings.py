"""What the environment may say: every setting, read once, refused in a sentence when unsafe or unclear."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from adapters.embedded.errors import EmbeddedServiceFailed
from adapters.embedded.folders import kept_secret, private_folder
from adapters.environment import (
    AesKeys,
    DatabaseAddress,
    Folder,
    NamedFiles,
    NamedSecrets,
    Port,
    SettingsRefused,
    WebAddress,
    environment_names,
    listed,
    pairs,
    unknown_names,
)

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - to be recognised, not bound
_SHORTEST_API_KEY = 24
_SHORTEST_REFERENCE_SECRET = 32


def _own_address(given: Mapping[str, object]) -> str:
    host = "127.0.0.1" if given["api_host"] in _EVERYWHERE else given["api_host"]
    return f"http://{host}:{given['api_port']}"


class Settings(BaseSettings):
    """Every setting. Environment names are the field names in capitals after `TIDEOVER_`.

    `DATABASE_URL` and `TEMPORAL_ADDRESS` may stand without the prefix. A secret may stand in a file, named by
    the same name with `_FILE` behind it. An empty value counts as not given.
    """

    model_config = SettingsConfigDict(
        env_prefix="TIDEOVER_",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
        use_attribute_docstrings=True,
    )

    environment: Literal["development", "production"] = "development"
    """`production` refuses whatever is safe on one's own machine only."""

    data_dir: Folder = Field(Path(".tideover"), validate_default=True)
    """Folder of everything the embedded servers and a development run write."""

    database_url: DatabaseAddress | None = Field(
        None, validation_alias=AliasChoices("TIDEOVER_DATABASE_URL", "DATABASE_URL")
    )
    """Address of the PostgreSQL database; without it an embedded server is started."""

    temporal_address: str | None = Field(
        None, validation_alias=AliasChoices("TIDEOVER_TEMPORAL_ADDRESS", "TEMPORAL_ADDRESS")
    )
    """Host and port of the Temporal cluster; without it an embedded server is started."""

    temporal_namespace: str = "default"
    """Temporal namespace that holds the journeys."""

    temporal_tls: bool = False
    """Speak TLS to the Temporal cluster."""

    temporal_tls_ca: Path | None = None
    """File of the certificate authority that signed the cluster's certificate; the system's by default."""

    temporal_tls_certificate: Path | None = None
    """File of our client certificate for mutual TLS."""

    temporal_tls_key: Path | None = None
    """File of the private key of our client certificate."""

    temporal_tls_server_name: str | None = None
    """Name expected in the cluster's certificate, when it is not the host in the address."""

    temporal_api_key: SecretStr | None = None
    """API key of Temporal Cloud."""

    task_queue: str = "journeys"
    """Task queue that the journeys' workers serve."""

    temporal_port: Port = 7233
    """Port of the embedded Temporal server; 0 takes a free one."""

    temporal_ui_port: Port = 8233
    """Port of the embedded Temporal server's pages; 0 takes a free one."""

    api_host: str = "127.0.0.1"
    """Address that the API listens on."""

    api_port: Port = 8080
    """Port that the API listens on; 0 takes a free one."""

    public_base_url: WebAddress = Field(default_factory=_own_address)
    """Address under which customers and carriers reach us; callbacks' signatures are checked against it."""

    api_keys: SecretStr | None = None
    """Keys that callers of the API present, separated by commas."""

    webhook_secrets: NamedSecrets | None = None
    """Secrets of senders of signed events, as `sender:secret` between commas; two for one in rotation."""

    payload_keys: AesKeys | None = None
    """AES-256 keys of workflow payloads, as `id:hex` separated by commas; the first encrypts, all decrypt."""

    reference_secret: SecretStr = SecretStr("")
    """Key that derives the references in messages; made and kept in the data folder in development."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least urgent log line that is written."""

    log_format: Literal["json", "console"] = "json"
    """Shape of log lines: for machines or for a person at a terminal."""

    company: str = Field("Your phone company", min_length=1, max_length=40)
    """Name of the company, as messages give it."""

    help_phone: str = Field("+1 202 555 0100", min_length=3, max_length=30)
    """Number that people can call about a message."""

    provider: Literal["outbox", "live"] = "outbox"
    """Who carries messages: rows that can be read and go nowhere, or Twilio and SendGrid."""

    twilio_account_sid: str | None = None
    """Twilio account."""

    twilio_auth_token: SecretStr | None = None
    """Twilio's secret, which also signs its callbacks."""

    twilio_messaging_service_sid: str | None = None
    """Twilio messaging service that text messages are sent from."""

    twilio_base_url: WebAddress | None = None
    """Address that stands in for Twilio's, such as the local simulator's."""

    sendgrid_api_key: SecretStr | None = None
    """SendGrid's secret."""

    sendgrid_from: str | None = None
    """Address that e-mails are sent from."""

    sendgrid_base_url: WebAddress | None = None
    """Address that stands in for SendGrid's, such as the local simulator's."""

    sendgrid_webhook_public_key: str | None = None
    """Key that verifies SendGrid's events."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the files it names."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, NamedFiles(settings_cls)

    @model_validator(mode="after")
    def _are_safe(self) -> Self:
        if sentences := tuple(_refusals(self)):
            raise ValueError("\n".join(sentences))
        return self

    def accepted_api_keys(self) -> tuple[str, ...]:
        """The keys that open the API; none means that it is open (development on the loopback address)."""
        return tuple(listed(self.api_keys))

    def senders_secrets(self) -> Mapping[str, tuple[str, ...]]:
        """The secrets of each sender of signed events."""
        secrets: dict[str, tuple[str, ...]] = {}
        for sender, secret in pairs(self.webhook_secrets):
            secrets[sender] = (*secrets.get(sender, ()), secret)
        return secrets

    def encryption_keys(self) -> Mapping[str, bytes]:
        """The payload keys by their id, in order: the first encrypts."""
        return {name: bytes.fromhex(digits) for name, digits in pairs(self.payload_keys)}


def load_settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingsRefused: with one sentence for each thing to change.
    """
    if unknown := tuple(unknown_names(Settings)):
        raise SettingsRefused(*unknown)
    try:
        settings = Settings()
    except ValidationError as errors:
        raise SettingsRefused(*_sentences(errors)) from None
    return settings if settings.reference_secret.get_secret_value() else _with_own_secret(settings)


def _with_own_secret(settings: Settings) -> Settings:
    try:
        secret = kept_secret(private_folder(settings.data_dir) / "reference-secret")
    except EmbeddedServiceFailed as refusal:
        raise SettingsRefused(f"{refusal}") from None
    return settings.model_copy(update={"reference_secret": SecretStr(secret)})


def _sentences(errors: ValidationError) -> Iterator[str]:
    for error in errors.errors(include_url=False, include_context=False, include_input=False):
        text = error["msg"].removeprefix("Value error, ")
        match error["loc"]:
            case ():
                yield from text.splitlines()
            case (str(name), *_) if error["type"] != "default_factory_not_called":
                yield f"{_spoken(name)}: {text[:1].lower()}{text[1:]}."


def _spoken(name: str) -> str:
    # pydantic names a field by the variable that gave it where the field has several, else by its own name.
    return environment_names(Settings, name)[0] if name in Settings.model_fields else name


def _refusals(settings: Settings) -> Iterator[str]:
    """A sentence for each thing that contradicts another or is not safe."""
    yield from _half_given(settings)
    if settings.api_host not in _LOOPBACK and not settings.accepted_api_keys():
        yield "TIDEOVER_API_HOST opens the API to others: give TIDEOVER_API_KEYS, or listen on 127.0.0.1."
    if settings.environment == "production":
        yield from _unfit_for_production(settings)


def _half_given(settings: Settings) -> Iterator[str]:
    if (settings.temporal_tls_certificate is None) != (settings.temporal_tls_key is None):
        yield "TIDEOVER_TEMPORAL_TLS_CERTIFICATE and TIDEOVER_TEMPORAL_TLS_KEY belong together: give both."
    if settings.temporal_api_key is not None and not settings.temporal_tls:
        yield "TIDEOVER_TEMPORAL_API_KEY would travel in the clear: set TIDEOVER_TEMPORAL_TLS=true."
    if settings.provider == "live":
        yield from _carriers(settings)


def _carriers(settings: Settings) -> Iterator[str]:
    twilio = ("twilio_account_sid", "twilio_auth_token", "twilio_messaging_service_sid")
    sendgrid = ("sendgrid_api_key", "sendgrid_from", "sendgrid_webhook_public_key")
    wanted = [name for name in (twilio, sendgrid) if any(getattr(settings, field) for field in name)]
    if not wanted:
        yield "TIDEOVER_PROVIDER=live needs a carrier: give the settings of Twilio, of SendGrid, or of both."
    for carrier in wanted:
        for field in carrier:
            if not getattr(settings, field):
                yield f"TIDEOVER_{field.upper()} is missing: TIDEOVER_PROVIDER=live needs it."


def _unfit_for_production(settings: Settings) -> Iterator[str]:
    for name, given in (
        ("DATABASE_URL", settings.database_url),
        ("TEMPORAL_ADDRESS", settings.temporal_address),
        ("TIDEOVER_PAYLOAD_KEYS", settings.payload_keys),
        ("TIDEOVER_API_KEYS", settings.accepted_api_keys()),
    ):
        if not given:
            yield f"{name} is missing: production needs it."
    if any(len(key) < _SHORTEST_API_KEY for key in settings.accepted_api_keys()):
        yield f"TIDEOVER_API_KEYS holds a key shorter than {_SHORTEST_API_KEY} characters: give longer ones."
    if len(settings.reference_secret.get_secret_value()) < _SHORTEST_REFERENCE_SECRET:
        yield f"TIDEOVER_REFERENCE_SECRET needs {_SHORTEST_REFERENCE_SECRET} characters in production."
    for name in ("public_base_url", "twilio_base_url", "sendgrid_base_url"):
        if (getattr(settings, name) or "https:").startswith("http:"):
            yield f"TIDEOVER_{name.upper()} must begin with https:// in production."
