"""Every port has its activity, under its name, with its types."""

import inspect
from typing import Any

from temporalio import activity

from adapters.store.database import Database
from tests.activities.stage import a_stage
from workflows import ports


def test_each_port_is_done_by_an_activity_of_its_name_and_types(database: Database) -> None:
    done = a_stage(database).activities.activity_list()
    assert len(done) == len(ports.ALL)
    for port, method in zip(ports.ALL, done, strict=True):
        promised, kept = _signature(port), _signature(method)
        assert promised.return_annotation == kept.return_annotation
        assert [p.annotation for p in promised.parameters.values()] == [
            p.annotation for p in kept.parameters.values()
        ]
        assert _name(port) == _name(method)


def _signature(function: Any) -> inspect.Signature:  # noqa: ANN401 - decorated functions have no common type
    return inspect.signature(function)


def _name(function: object) -> str | None:
    return activity._Definition.must_from_callable(function).name  # type: ignore[arg-type]
