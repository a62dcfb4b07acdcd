"""One way to reach Temporal, for worker, API and command line alike."""

import logging
from collections.abc import Mapping
from functools import cache

from temporalio.client import Client, TLSConfig
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

from adapters.temporal.codec import AccountCodec

# The SDK makes a payload converter for each cached workflow, and each would build every schema again: a
# third of the worker's time. One for the process is enough: it holds nothing but schemas.
_TYPED_JSON = PydanticJSONPlainPayloadConverter()


class TypedPayloads(CompositePayloadConverter):
    """Values as JSON through pydantic, back into the very types."""

    def __init__(self) -> None:
        super().__init__(
            *(
                _TYPED_JSON if isinstance(standard, JSONPlainPayloadConverter) else standard
                for standard in DefaultPayloadConverter.default_encoding_payload_converters
            )
        )


def converter(keys: Mapping[str, bytes]) -> DataConverter:
    """Typed JSON through pydantic, then the codec; failure texts are encoded, too."""
    return DataConverter(
        payload_converter_class=TypedPayloads,
        payload_codec=AccountCodec(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def connect(
    address: str,
    namespace: str,
    keys: Mapping[str, bytes],
    tls: TLSConfig | None = None,
    api_key: str | None = None,
    *,
    lazy: bool = False,
) -> Client:
    """A client that speaks our payloads; a `lazy` one connects when it is first asked something.

    Raises:
        RuntimeError: the server cannot be reached.
    """
    return await Client.connect(
        address,
        namespace=namespace,
        data_converter=converter(keys),
        tls=tls if tls is not None else False,
        api_key=api_key,
        lazy=lazy,
        runtime=_runtime(),
    )


@cache
def _runtime() -> Runtime:
    """The SDK's core, its log lines sent through ours: one chain masks and formats them all."""
    lines = LogForwardingConfig(logger=logging.getLogger("temporalio.core"))
    levels = TelemetryFilter(core_level="WARN", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter=levels, forwarding=lines)))
