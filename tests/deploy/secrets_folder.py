"""The folder of secret files that an operator makes, and what a container would see of it."""

from pathlib import Path

from tests.deploy.composition import ROOT, Document, environment_of, resolve
from tests.deploy.programs import run, search_path

OPERATORS = {
    "SECRETS_DIR": "/etc/tideover/secrets",
    "TIDEOVER_PUBLIC_BASE_URL": "https://collections.example.com",
    "TIDEOVER_COMPANY": "Example Telecom",
    "TIDEOVER_HELP_PHONE": "+1 202 555 0100",
    "TIDEOVER_TWILIO_ACCOUNT_SID": "AC0",
    "TIDEOVER_TWILIO_MESSAGING_SERVICE_SID": "MG0",
    "TIDEOVER_SENDGRID_FROM": "care@example.com",
    "TIDEOVER_SENDGRID_WEBHOOK_PUBLIC_KEY": "AA",
}


def make(folder: Path) -> str:
    """Run the script that the operator runs; the answer is what it printed."""
    script = str(ROOT / "deploy" / "make-secrets.sh")
    outcome = run(["/bin/sh", script, str(folder)], {"PATH": search_path()})
    assert outcome.code == 0, outcome.text
    return outcome.text


def seen_by(service: Document, folder: Path) -> dict[str, str]:
    """The environment of a service's container, its secret files being those of the folder."""
    resolved = {name: resolve(value, OPERATORS) for name, value in environment_of(service).items()}
    return {name: value.replace("/run/secrets", str(folder)) for name, value in resolved.items()}
