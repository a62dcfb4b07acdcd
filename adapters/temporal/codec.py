"""Payloads are compressed, and encrypted when a key is given: each account under a key of its own."""

import zlib
from collections.abc import Mapping, Sequence
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

_ENCODING = b"binary/tideover"
_NONCE_BYTES = 12
# A payload of a few kilobytes; more than this cannot be ours (the server's own limit is 2 MB).
_LARGEST_BYTES = 8 * 1024 * 1024


class PayloadUnreadable(Exception):
    """A payload under a key that is gone or wrong, or one that was altered."""


class AccountCodec(PayloadCodec, WithSerializationContext):
    """zlib, then AES-256-GCM under a key derived from a master key and the workflow id (HKDF-SHA256).

    `keys` maps key ids to 32-byte master keys; the first one encrypts, all decrypt. Without keys payloads
    are compressed only. With keys but without a workflow id the codec refuses: nothing goes out in plain.
    """

    def __init__(self, keys: Mapping[str, bytes], workflow_id: str | None = None) -> None:
        self._keys = dict(keys)
        self._workflow_id = workflow_id

    def with_context(self, context: SerializationContext) -> "AccountCodec":
        """The same codec, bound to the workflow whose payloads it carries."""
        match context:
            case (
                WorkflowSerializationContext(workflow_id=str(workflow_id))
                | ActivitySerializationContext(workflow_id=str(workflow_id))
            ):
                return AccountCodec(self._keys, workflow_id)
            case _:
                return self

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Each payload as one opaque payload."""
        return [self._sealed(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads as they were; those that are not ours pass unchanged.

        Raises:
            PayloadUnreadable: the key is not among ours, or the content was altered.
        """
        return [self._opened(p) if p.metadata.get("encoding") == _ENCODING else p for p in payloads]

    def _sealed(self, payload: Payload) -> Payload:
        packed = zlib.compress(payload.SerializeToString(), 6)
        if not self._keys:
            return Payload(metadata={"encoding": _ENCODING}, data=packed)
        key_id = next(iter(self._keys))
        nonce = urandom(_NONCE_BYTES)
        sealed = self._cipher(key_id).encrypt(nonce, packed, self._bound())
        return Payload(metadata={"encoding": _ENCODING, "key": key_id.encode()}, data=nonce + sealed)

    def _opened(self, payload: Payload) -> Payload:
        packed = payload.data
        if key := payload.metadata.get("key"):
            nonce, sealed = packed[:_NONCE_BYTES], packed[_NONCE_BYTES:]
            try:
                packed = self._cipher(key.decode()).decrypt(nonce, sealed, self._bound())
            except (InvalidTag, KeyError):
                raise PayloadUnreadable(f"payload under key {key.decode()!r} cannot be read") from None
        plain = zlib.decompressobj()
        unpacked = plain.decompress(packed, _LARGEST_BYTES)
        if not plain.eof:
            raise PayloadUnreadable("payload is larger than any of ours")
        return Payload.FromString(unpacked)

    def _cipher(self, key_id: str) -> AESGCM:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=self._bound()).derive(
            self._keys[key_id]
        )
        return AESGCM(derived)

    def _bound(self) -> bytes:
        if self._workflow_id is None:
            raise PayloadUnreadable("an encrypted payload belongs to a workflow; none is known here")
        return self._workflow_id.encode()
