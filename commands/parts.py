"""The parts a process is put together from, made from the settings."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client, TLSConfig

from activities.activities import Activities
from activities.contact import Carriers, Contacting
from activities.letterhead import Letterhead
from adapters.files.journeys import load_journeys
from adapters.files.templates import MessageTemplates
from adapters.providers.outbox import Outbox
from adapters.providers.provider import Provider
from adapters.providers.sendgrid_email import SendGridAccount, SendGridEmail
from adapters.providers.twilio_sms import TwilioAccount, TwilioSms
from adapters.providers.wire import Wire
from adapters.settings import Settings
from adapters.store.accounts import Accounts
from adapters.store.contacts import Contacts
from adapters.store.database import Database
from adapters.store.definitions import Definitions
from adapters.store.intake import Intake
from adapters.store.journeys import Journeys
from adapters.store.messages import DevelopmentOutbox
from adapters.store.pokes import Pokes
from adapters.store.tasks import Tasks
from adapters.temporal.client import connect
from adapters.temporal.gateway import Gateway
from api.services import Services
from commands.exits import CommandFailed
from domain.contact import Channel

ROOT = Path(__file__).parents[1]
JOURNEYS = ROOT / "journeys"
MESSAGES = ROOT / "templates" / "messages"


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """The store, closed at the end."""
    database = Database.open(url)
    try:
        yield database
    finally:
        await database.close()


async def publish_journeys(database: Database) -> int:
    """Make the shipped journeys the ones that are opened from now on; how many there are."""
    definitions = Definitions(database)
    shipped = load_journeys(JOURNEYS)
    for journey in shipped.values():
        await definitions.publish(journey)
    return len(shipped)


async def temporal_client(settings: Settings, address: str, *, lazy: bool = False) -> Client:
    """A client for the cluster at `address`, over TLS and with an API key when the settings say so.

    Raises:
        CommandFailed: nobody answers there.
    """
    key = settings.temporal_api_key
    try:
        return await connect(
            address,
            settings.temporal_namespace,
            settings.encryption_keys(),
            _tls(settings),
            key.get_secret_value() if key else None,
            lazy=lazy,
        )
    except RuntimeError:  # the SDK's word for a first connection that failed
        sentence = f"Temporal cannot be reached at {address}: start it, or correct TEMPORAL_ADDRESS."
        raise CommandFailed(sentence) from None


def activities(settings: Settings, database: Database) -> Activities:
    """What journeys ask for, done."""
    outbox = Outbox(DevelopmentOutbox(database))
    live = {Channel.SMS: outbox, Channel.EMAIL: outbox} if settings.provider == "outbox" else _live(settings)
    letterhead = Letterhead(settings.company, settings.help_phone, settings.public_base_url, secret(settings))
    contacting = Contacting(
        Contacts(database), Carriers(live, outbox), letterhead, MessageTemplates(MESSAGES)
    )
    return Activities(database, Definitions(database), contacting)


def doors(settings: Settings, database: Database, gateway: Gateway, temporal_ui: str | None) -> Services:
    """Everything the API may knock at."""
    return Services(
        settings=settings,
        database=database,
        intake=Intake(database, secret(settings)),
        accounts=Accounts(database),
        journeys=Journeys(database),
        contacts=Contacts(database),
        reports=Contacts(database),
        definitions=Definitions(database),
        messages=DevelopmentOutbox(database),
        pokes=Pokes(database),
        tasks=Tasks(database),
        orders=gateway,
        temporal_ui=temporal_ui,
    )


def secret(settings: Settings) -> bytes:
    """The key of references and address hashes."""
    return settings.reference_secret.get_secret_value().encode()


def _tls(settings: Settings) -> TLSConfig | None:
    if not settings.temporal_tls:
        return None
    authority, certificate, key = (
        path.read_bytes() if path else None
        for path in (settings.temporal_tls_ca, settings.temporal_tls_certificate, settings.temporal_tls_key)
    )
    return TLSConfig(
        server_root_ca_cert=authority,
        domain=settings.temporal_tls_server_name,
        client_cert=certificate,
        client_private_key=key,
    )


def _live(settings: Settings) -> Mapping[Channel, Provider]:
    """The carriers that the settings name."""
    wire, carriers = Wire(), dict[Channel, Provider]()
    if settings.twilio_account_sid:
        carriers[Channel.SMS] = TwilioSms(_twilio(settings), wire)
    if settings.sendgrid_api_key:
        carriers[Channel.EMAIL] = SendGridEmail(_sendgrid(settings), wire)
    return carriers


def _twilio(settings: Settings) -> TwilioAccount:
    token = settings.twilio_auth_token
    return TwilioAccount(
        account_sid=settings.twilio_account_sid or "",
        auth_token=token.get_secret_value() if token else "",
        sender=settings.twilio_messaging_service_sid or "",
        status_callback_url=f"{settings.public_base_url}/webhooks/twilio/status",
        api_url=settings.twilio_base_url or "https://api.twilio.com",
    )


def _sendgrid(settings: Settings) -> SendGridAccount:
    key = settings.sendgrid_api_key
    return SendGridAccount(
        api_key=key.get_secret_value() if key else "",
        sender=settings.sendgrid_from or "",
        sender_name=settings.company,
        api_url=settings.sendgrid_base_url or "https://api.sendgrid.com",
    )
