"""Whether a Temporal server answers, asked over its own protocol."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

NAMESPACE = "default"
RETENTION = timedelta(days=90)
_CALL = timedelta(seconds=5)


def is_ready(address: str) -> bool:
    """Whether the server at the address serves workflows; if so it keeps closed ones for `RETENTION`.

    The development server forgets a closed workflow after a day, which is too soon to look back on a journey.
    May be called with or without a running event loop.
    """
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, _is_ready(address)).result()


async def _is_ready(address: str) -> bool:
    try:
        client = await Client.connect(address, namespace=NAMESPACE)
        healthy = await client.service_client.check_health(timeout=_CALL)
        await client.workflow_service.update_namespace(_keep_for(RETENTION), timeout=_CALL)
    except (RuntimeError, RPCError):
        return False
    return healthy


def _keep_for(retention: timedelta) -> UpdateNamespaceRequest:
    config = NamespaceConfig()
    config.workflow_execution_retention_ttl.FromTimedelta(retention)
    return UpdateNamespaceRequest(namespace=NAMESPACE, config=config)
