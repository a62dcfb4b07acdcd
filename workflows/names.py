"""Names that both sides of Temporal must agree on."""

TASK_QUEUE = "journeys"
WORKFLOW = "JourneyWorkflow"


def workflow_id(account_id: str) -> str:
    """One workflow an account: a second start is the same workflow."""
    return f"acct:{account_id}"


def account_of(workflow_id: str) -> str:
    """The account a workflow walks for."""
    return workflow_id.removeprefix("acct:")
