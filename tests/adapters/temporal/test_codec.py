import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext

from adapters.temporal.client import converter
from adapters.temporal.codec import AccountCodec, PayloadUnreadable

KEYS = {"new": b"n" * 32, "old": b"o" * 32}
CANARY = Payload(metadata={"encoding": b"json/plain"}, data=b'{"balance": "canary-4711"}' * 20)


def of(account: str, keys: dict[str, bytes] | None = None) -> AccountCodec:
    codec = AccountCodec(KEYS if keys is None else keys)
    return codec.with_context(
        WorkflowSerializationContext(namespace="default", workflow_id=f"acct:{account}")
    )


@given(st.binary(max_size=2000))
async def test_what_goes_in_comes_out(content: bytes) -> None:
    payload = Payload(metadata={"encoding": b"binary/plain"}, data=content)
    for codec in (of("a"), of("a", {})):
        assert await codec.decode(await codec.encode([payload])) == [payload]


async def test_an_encrypted_payload_shows_nothing_and_a_compressed_one_is_smaller() -> None:
    sealed = (await of("a").encode([CANARY]))[0]
    assert b"canary" not in sealed.SerializeToString()
    assert b"json/plain" not in sealed.SerializeToString()
    packed = (await of("a", {}).encode([CANARY]))[0]
    assert packed.ByteSize() < CANARY.ByteSize() / 3


async def test_the_first_key_encrypts_and_an_older_one_still_decrypts() -> None:
    old = await of("a", {"old": KEYS["old"]}).encode([CANARY])
    assert await of("a").decode(old) == [CANARY]
    assert (await of("a").encode([CANARY]))[0].metadata["key"] == b"new"


async def test_a_payload_of_another_account_or_of_a_lost_key_cannot_be_read() -> None:
    sealed = await of("a").encode([CANARY])
    with pytest.raises(PayloadUnreadable):
        await of("b").decode(sealed)
    with pytest.raises(PayloadUnreadable, match="'new'"):
        await of("a", {"old": KEYS["old"]}).decode(sealed)


async def test_an_altered_payload_is_refused() -> None:
    sealed = (await of("a").encode([CANARY]))[0]
    sealed.data = sealed.data[:-1] + bytes([sealed.data[-1] ^ 1])
    with pytest.raises(PayloadUnreadable):
        await of("a").decode([sealed])


async def test_a_bomb_is_not_unpacked() -> None:
    bomb = Payload(metadata={"encoding": b"binary/tideover"}, data=zlib.compress(b"\0" * 9_000_000))
    with pytest.raises(PayloadUnreadable, match="larger"):
        await of("a", {}).decode([bomb])


async def test_keys_without_a_workflow_refuse_instead_of_passing_plain_text() -> None:
    with pytest.raises(PayloadUnreadable, match="belongs to a workflow"):
        await AccountCodec(KEYS).encode([CANARY])
    nobody = AccountCodec(KEYS).with_context(
        ActivitySerializationContext(
            namespace="default",
            activity_id=None,
            activity_type=None,
            activity_task_queue=None,
            workflow_id=None,
            workflow_type=None,
            is_local=False,
        )
    )
    with pytest.raises(PayloadUnreadable):
        await nobody.encode([CANARY])


async def test_payloads_of_others_pass_unchanged() -> None:
    assert await of("a").decode([CANARY]) == [CANARY]


async def test_failures_travel_encoded() -> None:
    assert converter(KEYS).failure_converter_class.__name__ == "DefaultFailureConverterWithEncodedAttributes"
