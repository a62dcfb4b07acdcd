"""The statements that change dispatches. Each is one round trip and writes the trail with the change."""

from typing import Final

from sqlalchemy import text

from adapters.store.books import COLUMNS
from adapters.store.rows.contacts import dispatches
from adapters.store.trail import INSERTION, UNLESS_THERE

_THIS_STEP = """account_id = :account_id AND epoch = :epoch AND step_id = :step_id
    AND occurrence = :occurrence AND state = 'reserved'"""

# A reservation on another channel gives way; one on this channel, cancelled or not, is claimed again.
CLAIM: Final = text(f"""
WITH noted AS ({INSERTION} {UNLESS_THERE}),
gave_way AS (
    UPDATE dispatches SET state = 'cancelled', reason = 'OTHER-CHANNEL', settled_at = clock_timestamp()
    WHERE {_THIS_STEP} AND channel <> :channel)
INSERT INTO dispatches AS known (dispatch_id, account_id, customer_id, epoch, step_id, occurrence, channel,
    purpose, stage, template, version, address_hash, state, attempt, claim_token, claimed_at, contacted_at,
    account_ver, consent_ver)
VALUES (:dispatch_id, :account_id, :customer_id, :epoch, :step_id, :occurrence, :channel, :purpose,
    :stage, :template, :version, :address_hash, 'dispatching', 1, :token, clock_timestamp(), :contacted_at,
    :account_ver, :consent_ver)
ON CONFLICT (dispatch_id) DO UPDATE SET state = 'dispatching', attempt = known.attempt + 1,
    claim_token = excluded.claim_token, claimed_at = excluded.claimed_at,
    contacted_at = excluded.contacted_at, address_hash = excluded.address_hash,
    account_ver = excluded.account_ver, consent_ver = excluded.consent_ver, reason = NULL, settled_at = NULL
WHERE known.state IN ('reserved', 'cancelled')""")  # noqa: S608 - fixed names

TURN_AWAY: Final = text(f"""
WITH noted AS ({INSERTION} {UNLESS_THERE})
UPDATE dispatches SET state = 'cancelled', reason = :reason, claim_token = NULL,
    settled_at = clock_timestamp()
WHERE {_THIS_STEP}""")  # noqa: S608 - fixed names

GIVE_UP: Final = text(f"""
WITH given_up AS (
    UPDATE dispatches SET state = 'unknown', reason = :reason
    WHERE dispatch_id = :dispatch_id AND state = 'dispatching' RETURNING 1)
{INSERTION} WHERE EXISTS (SELECT FROM given_up)""")  # noqa: S608 - fixed names

# Compare and set on the token; only acceptance is taken whatever was thought meanwhile.
SETTLE: Final = text(f"""
WITH settled AS (
    UPDATE dispatches SET state = :state, reason = :reason, provider = :provider, body_hash = :body_hash,
        provider_message_id = coalesce(:sid, provider_message_id),
        claim_token = CASE WHEN :state IN ('reserved', 'cancelled') THEN NULL ELSE claim_token END,
        settled_at = CASE WHEN :state IN ('reserved', 'unknown') THEN NULL ELSE clock_timestamp() END
    WHERE dispatch_id = :dispatch_id AND ((state = 'dispatching' AND claim_token = :token)
        OR (:state = 'accepted' AND (state <> 'accepted' OR body_hash IS NULL)))
    RETURNING 1),
proof AS (
    INSERT INTO evidence (provider, event_id, dispatch_id, provider_message_id, source, status, rank, at)
    SELECT :provider, 'answer:' || CAST(:sid AS text), :dispatch_id, :sid, 'answer', :state, 0,
        clock_timestamp()
    WHERE CAST(:sid AS text) IS NOT NULL
    ON CONFLICT (provider, event_id) DO NOTHING),
noted AS ({INSERTION} WHERE EXISTS (SELECT FROM settled))
SELECT EXISTS (SELECT FROM settled) AS stands, {COLUMNS}
FROM accounts a WHERE a.account_id = :account_id""")  # noqa: S608 - fixed names

MADE: Final = tuple(
    dispatches.c[name]
    for name in ("account_id", "epoch", "step_id", "occurrence", "channel", "contacted_at", "state", "stage")
)
