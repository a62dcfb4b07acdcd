"""Who may call the simulator and whom it calls."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """Made-up credentials, published in docs/carrier-simulator.md; `capacity` bounds the messages kept.

    `sms_inbound_url` and `email_events_url` are account settings at the real carriers and can be changed
    over the control endpoint; status callbacks go where each message says.
    """

    account_sid: str = "AC00000000000000000000000000000000"
    auth_token: str = field(default="simulated-auth-token", repr=False)
    sendgrid_key: str = field(default="SG.simulated.key", repr=False)
    sms_inbound_url: str | None = None
    email_events_url: str | None = None
    capacity: int = 10_000
    longest_body: int = 1_000_000
    callbacks_at_once: int = 20
    callbacks_waiting: int = 20_000
