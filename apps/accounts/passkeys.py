"""The sign-in library's forms of passkeys, that refuse whatever is none."""

import struct
from typing import Any, Final

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

# What the library's parser stumbles over in bytes that anybody may send; it catches two
# of these by itself, and the rest would be an error of the server.
UNREADABLE: Final = (
    *(LookupError, AttributeError, TypeError, ValueError, AssertionError),
    *(RecursionError, OverflowError, struct.error),
    *(InvalidSignature, UnsupportedAlgorithm),
)


class AddPasskeyForm(forms.AddWebAuthnForm):
    """A new passkey, which the phone verifies: it can stand for the mail code."""

    def __init__(self, *, credential: str, name: str, user: Any) -> None:
        """Take what the device answered; without a name it gets one."""
        data = {"credential": credential, "name": name, "passwordless": "on"}
        super().__init__(data, user=user)

    def clean(self) -> dict[str, Any]:
        """Return the credential, verified."""
        try:
            return super().clean()
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class _ReadableMixin:
    def clean_credential(self) -> Any:
        """Return the passkey that was shown."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeySignInForm(_ReadableMixin, forms.LoginWebAuthnForm):
    """A passkey instead of a code by mail."""


class PasskeyFactorForm(_ReadableMixin, forms.AuthenticateWebAuthnForm):
    """A passkey after a code by mail."""
