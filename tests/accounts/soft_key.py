"""A passkey without a device: what a phone would answer."""

import os
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

HOST = "testserver"
FLAG = AuthenticatorData.FLAG
NOBODY = b"\x00" * 16


class SoftKey:
    """One key pair, as a phone keeps it after the finger was on it."""

    def __init__(self, *, credential_id: bytes | None = None) -> None:
        self.credential_id = credential_id or os.urandom(16)
        self.user_handle = ""
        self._private = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: dict[str, Any], *, flags: Any = None) -> dict[str, Any]:
        """Return the answer to "make a passkey"."""
        asked = options["publicKey"]
        self.user_handle = asked["user"]["id"]
        public = ES256.from_cryptography_key(self._private.public_key())
        data = AuthenticatorData.create(
            sha256(asked["rp"]["id"].encode()).digest(),
            (FLAG.UP | FLAG.UV if flags is None else flags) | FLAG.AT,
            0,
            AttestedCredentialData.create(NOBODY, self.credential_id, public),
        )
        client = self._client("webauthn.create", asked["challenge"])
        attestation = AttestationObject.create("none", data, {})
        return self._answer(
            clientDataJSON=bytes(client), attestationObject=bytes(attestation)
        )

    def use(self, options: dict[str, Any], *, flags: Any = None) -> dict[str, Any]:
        """Return the answer to "show a passkey"."""
        asked = options["publicKey"]
        data = AuthenticatorData.create(
            sha256(asked["rpId"].encode()).digest(),
            FLAG.UP | FLAG.UV if flags is None else flags,
            1,
        )
        client = self._client("webauthn.get", asked["challenge"])
        signature = self._private.sign(
            bytes(data) + client.hash, ec.ECDSA(hashes.SHA256())
        )
        return self._answer(
            clientDataJSON=bytes(client),
            authenticatorData=bytes(data),
            signature=signature,
            userHandle=websafe_decode(self.user_handle),
        )

    def _client(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(
            type=kind, challenge=websafe_decode(challenge), origin=f"https://{HOST}"
        )

    def _answer(self, **response: bytes) -> dict[str, Any]:
        return {
            "id": websafe_encode(self.credential_id),
            "rawId": websafe_encode(self.credential_id),
            "type": "public-key",
            "response": {key: websafe_encode(value) for key, value in response.items()},
            "clientExtensionResults": {"credProps": {"rk": True}},
        }
