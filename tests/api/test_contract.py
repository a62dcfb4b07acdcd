"""The application keeps to its OpenAPI document, whatever a generator thinks of sending."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from adapters.settings import Settings
from tests.api.stage import a_server
from tests.api.story import KEY, SECRET

EXAMPLES = 12
# A schema cannot say all: that a currency is in use, that a zone exists, that a day is in the calendar.


@pytest.mark.slow
def test_generated_requests_are_answered_as_the_document_says(database_url: str) -> None:
    with a_server(database_url, Settings(reference_secret=SECRET, api_keys=KEY)) as address:
        _ask_everything(address)


def _ask_everything(address: str) -> None:
    key = {"Authorization": f"Bearer {KEY}"}
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json", headers=key)
    for operation in schema.get_all_operations():
        assert isinstance(operation, Ok)

        @given(case=operation.ok().as_strategy())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=True,
        )
        def keeps_to_the_document(case: Case[Any]) -> None:
            case.call_and_validate(headers=key, excluded_checks=[positive_data_acceptance], timeout=30)

        keeps_to_the_document()
