"""What carriers say afterwards about a message: kept once, in whatever order it comes."""

import structlog
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.providers.delivery import DeliveryReport
from adapters.store.people import opt_out
from adapters.store.trail import INSERTION, UNLESS_THERE, Entry, as_parameter
from domain.contact import Channel

_log = structlog.get_logger(__name__)

_ABOUT = text("""
SELECT d.account_id, d.epoch, d.step_id, d.channel, d.address_hash, d.provider_message_id,
    NOT EXISTS (SELECT FROM contact_points p
        WHERE (p.customer_id, p.channel, p.address_hash) = (d.customer_id, d.channel, d.address_hash)
            AND :address <> '' AND lower(p.address) <> lower(:address)) AS same_address
FROM dispatches d WHERE d.dispatch_id = :dispatch_id""")
# That a carrier speaks of the message is evidence that it took it, and beats whatever was thought before.
_MERGE = text(f"""
WITH news AS (
    INSERT INTO evidence (provider, event_id, dispatch_id, provider_message_id, source, status, rank, at)
    VALUES (:provider, :event_id, :dispatch_id, :sid, 'callback', :status, :rank, :at)
    ON CONFLICT (provider, event_id) DO NOTHING RETURNING 1),
taken AS (
    UPDATE dispatches SET state = 'accepted', reason = NULL, provider = :provider,
        provider_message_id = coalesce(provider_message_id, :sid), settled_at = clock_timestamp()
    WHERE dispatch_id = :dispatch_id AND state <> 'accepted' AND EXISTS (SELECT FROM news)),
noted AS ({INSERTION} WHERE EXISTS (SELECT FROM news) {UNLESS_THERE})
SELECT EXISTS (SELECT FROM news)""")  # noqa: S608 - fixed names


async def merge(session: AsyncConnection, report: DeliveryReport) -> bool:
    """Keep the report and let it move its dispatch on; True when it was news."""
    key = {"dispatch_id": report.dispatch_id, "address": report.address}
    about = (await session.execute(_ABOUT, key)).one_or_none()
    if about is None or not about.same_address:
        _log.warning("report_not_ours", dispatch_id=report.dispatch_id, provider=report.provider)
        return False
    if report.opted_out:
        await opt_out(session, Channel(about.channel), about.address_hash)
    row = {
        "provider": report.provider,
        "event_id": report.event_id,
        "dispatch_id": report.dispatch_id,
        "sid": report.provider_message_id,
        "status": report.status,
        "rank": report.rank,
        "at": report.at,
        "entries": as_parameter(_entries(report, about)),
    }
    return bool((await session.execute(_MERGE, row)).scalar_one())


def _entries(
    report: DeliveryReport, about: Row[tuple[str, int, str, str, str, str | None, bool]]
) -> list[Entry]:
    """What was said; and an incident where it was said about a second message for the same contact."""
    said = [(f"contact_{report.status}", report.code, f"report:{report.provider}:{report.event_id}")]
    if about.provider_message_id not in {None, report.provider_message_id}:
        once = f"doubled:{report.provider}:{report.provider_message_id}"
        said.append(("contact_doubled", "SECOND-MESSAGE", once))
    return [
        Entry(
            about.account_id,
            about.epoch,
            what,
            report.at,
            step_id=about.step_id,
            channel=about.channel,
            why=why,
            dispatch_id=report.dispatch_id,
            once=once,
        )
        for what, why, once in said
    ]
