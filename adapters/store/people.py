"""Persons: how they can be reached, and whether they agreed to it."""

import hashlib
import hmac
import json
from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.contact import Channel
from domain.feed import ContactPoint, CustomerFeed

_POINTS = """jsonb_to_recordset(CAST(:points AS jsonb))
    AS told(channel text, address text, address_hash text, place int, granted boolean)"""
_PERSON = text(f"""
WITH person AS (
    INSERT INTO customers AS known (customer_id, first_name, language, time_zones)
    VALUES (:customer_id, :first_name, :language, :time_zones)
    ON CONFLICT (customer_id) DO UPDATE SET first_name = excluded.first_name,
        language = excluded.language, time_zones = excluded.time_zones, told_at = clock_timestamp()
    WHERE (known.first_name, known.language, known.time_zones)
        IS DISTINCT FROM (excluded.first_name, excluded.language, excluded.time_zones)
    RETURNING 1),
gone AS (
    DELETE FROM contact_points p WHERE p.customer_id = :customer_id
        AND NOT EXISTS (
            SELECT FROM {_POINTS} WHERE (told.channel, told.address_hash) = (p.channel, p.address_hash))
    RETURNING 1),
kept AS (
    INSERT INTO contact_points AS known (customer_id, channel, address_hash, address, place)
    SELECT :customer_id, told.channel, told.address_hash, told.address, told.place FROM {_POINTS}
    ON CONFLICT (customer_id, channel, address_hash) DO UPDATE
    SET address = excluded.address, place = excluded.place
    WHERE (known.address, known.place) IS DISTINCT FROM (excluded.address, excluded.place)
    RETURNING 1),
agreed AS (
    INSERT INTO consents AS known (customer_id, channel, address_hash, granted, source)
    SELECT :customer_id, told.channel, told.address_hash, told.granted, 'feed' FROM {_POINTS}
    ON CONFLICT (customer_id, channel, address_hash) DO UPDATE
    SET granted = excluded.granted, ver = known.ver + 1, changed_at = clock_timestamp()
    WHERE known.source = 'feed' AND known.granted <> excluded.granted
    RETURNING 1)
SELECT EXISTS (SELECT FROM person) OR EXISTS (SELECT FROM gone)
    OR EXISTS (SELECT FROM kept) OR EXISTS (SELECT FROM agreed)""")  # noqa: S608 - fixed names
_CONSENT = text("""
INSERT INTO consents AS known (customer_id, channel, address_hash, granted, source)
SELECT p.customer_id, p.channel, p.address_hash, :granted, 'person' FROM contact_points p
WHERE p.customer_id = :customer_id AND p.channel = :channel
ON CONFLICT (customer_id, channel, address_hash) DO UPDATE
SET granted = excluded.granted, source = 'person', ver = known.ver + 1, changed_at = clock_timestamp()
WHERE (known.granted, known.source) IS DISTINCT FROM (excluded.granted, 'person')
RETURNING 1""")
_SUPPRESSION = text("""
INSERT INTO suppressions (subject, reason) VALUES ('person:' || CAST(:customer_id AS text), :reason)
ON CONFLICT (subject) DO NOTHING RETURNING 1""")
_EVERYONE_THERE = text("""
SELECT s.subject FROM cap_subjects s WHERE s.subject IN (
    SELECT 'person:' || c.customer_id FROM consents c
    WHERE c.channel = :channel AND c.address_hash = :address_hash)
ORDER BY s.subject FOR UPDATE""")
_OPT_OUT = text("""
UPDATE consents SET granted = false, source = 'carrier', ver = ver + 1, changed_at = clock_timestamp()
WHERE channel = :channel AND address_hash = :address_hash AND (granted OR source = 'feed')""")


async def tell_person(session: AsyncConnection, feed: CustomerFeed, address_key: bytes) -> bool:
    """Know a customer as billing does; consent given or withdrawn by the person stays. True when news."""
    row = {
        "customer_id": feed.customer_id,
        "first_name": feed.first_name,
        "language": feed.language,
        "time_zones": list(feed.time_zones),
        "points": json.dumps(list(_points(feed, address_key))),
    }
    return bool((await session.execute(_PERSON, row)).scalar_one())


async def tell_consent(
    session: AsyncConnection, customer_id: str, channel: Channel, *, granted: bool
) -> bool:
    """Keep what a person said for every address of the channel. True when news."""
    row = {"customer_id": customer_id, "channel": channel, "granted": granted}
    return bool((await session.execute(_CONSENT, row)).all())


async def suppress_person(session: AsyncConnection, customer_id: str, reason: str) -> bool:
    """Never contact the person again. True when news."""
    row = {"customer_id": customer_id, "reason": reason}
    return bool((await session.execute(_SUPPRESSION, row)).all())


async def opt_out(session: AsyncConnection, channel: Channel, address_hash: str) -> None:
    """A carrier was told to stop: nobody who shares the address is contacted there."""
    there = {"channel": channel, "address_hash": address_hash}
    await session.execute(_EVERYONE_THERE, there)
    await session.execute(_OPT_OUT, there)


def hash_of(point: ContactPoint, address_key: bytes) -> str:
    """The keyed hash (32 hex digits) that stands for an address where the address itself must not be."""
    told = f"{point.channel}\x1f{point.address.strip().casefold()}"
    return hmac.new(address_key, told.encode(), hashlib.sha256).hexdigest()[:32]


def _points(feed: CustomerFeed, address_key: bytes) -> Iterator[dict[str, object]]:
    # An address listed twice counts where it stands first: a second row of the same key would be refused.
    seen: set[str] = set()
    for place, point in enumerate(feed.contact_points):
        address_hash = hash_of(point, address_key)
        if address_hash not in seen:
            seen.add(address_hash)
            yield {
                "channel": point.channel,
                "address": point.address,
                "address_hash": address_hash,
                "place": place,
                "granted": point.consented,
            }
