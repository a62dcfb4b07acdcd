"""The real Temporal server of the workflow tests."""

from tests.workflows.conftest import engine, stage

__all__ = ["engine", "stage"]
