"""Ports and their implementations are the same, by name and by signature."""

import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

from temporalio import activity

from activities.activities import Activities
from tests.workflows.twin import Twin
from workflows import ports

PORTS = {port.__name__: port for port in ports.ALL}


def named(kind: type) -> dict[str, Callable[..., Any]]:
    """The activity methods of a class by the name they answer to."""
    return {
        defined.name: member
        for _, member in inspect.getmembers(kind, inspect.isfunction)
        if (defined := activity._Definition.from_callable(member)) is not None and defined.name is not None
    }


def shape(function: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(function)


def test_every_port_has_one_implementation_of_the_same_signature() -> None:
    implemented = named(Activities)
    assert implemented.keys() == PORTS.keys()
    for name, port in PORTS.items():
        assert shape(implemented[name]) == shape(port), name


def test_the_twin_of_the_tests_has_the_same_doors() -> None:
    implemented = named(Twin)
    assert implemented.keys() == PORTS.keys()
    for name, port in PORTS.items():
        assert shape(implemented[name]) == shape(port), name


def test_ports_are_all_there_are() -> None:
    defined = {
        name
        for name, member in inspect.getmembers(ports, inspect.isfunction)
        if activity._Definition.from_callable(member) is not None
    }
    assert defined == PORTS.keys()
