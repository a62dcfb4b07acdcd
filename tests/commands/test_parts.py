from pathlib import Path

from adapters.providers.sendgrid_email import SendGridEmail
from adapters.providers.twilio_sms import TwilioSms
from adapters.settings import Settings
from adapters.store.database import Database
from adapters.store.definitions import Definitions
from commands import parts
from domain.contact import Channel


def live(**changes: object) -> Settings:
    return Settings.model_validate(
        {
            "provider": "live",
            "twilio_account_sid": "AC" + "0" * 32,
            "twilio_auth_token": "t" * 32,
            "twilio_messaging_service_sid": "MG" + "0" * 32,
            "sendgrid_api_key": "SG.key",
            "sendgrid_from": "billing@example.com",
            "sendgrid_webhook_public_key": "key",
            "reference_secret": "r" * 40,
        }
        | changes
    )


async def test_live_settings_make_both_carriers() -> None:
    carriers = parts._live(live())
    assert isinstance(carriers[Channel.SMS], TwilioSms)
    assert isinstance(carriers[Channel.EMAIL], SendGridEmail)


async def test_one_carrier_may_do() -> None:
    only = live(sendgrid_api_key=None, sendgrid_from=None, sendgrid_webhook_public_key=None)
    assert set(parts._live(only)) == {Channel.SMS}


async def test_the_shipped_journeys_are_published(database: Database) -> None:
    assert await parts.publish_journeys(database) == 4
    assert (await Definitions(database).latest("standard")).name == "standard"


def test_tls_is_made_from_the_files_the_settings_name(tmp_path: Path) -> None:
    for name in ("ca", "certificate", "key"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    tls = parts._tls(
        live(
            temporal_tls=True,
            temporal_tls_ca=tmp_path / "ca",
            temporal_tls_certificate=tmp_path / "certificate",
            temporal_tls_key=tmp_path / "key",
            temporal_tls_server_name="temporal.example",
        )
    )
    assert tls is not None
    assert (tls.server_root_ca_cert, tls.client_cert, tls.client_private_key) == (
        b"ca",
        b"certificate",
        b"key",
    )
    assert tls.domain == "temporal.example"
    assert parts._tls(live()) is None


async def test_the_database_is_closed_with_its_block(database_url: str) -> None:
    async with parts.open_database(database_url) as database:
        assert await database.ready()
