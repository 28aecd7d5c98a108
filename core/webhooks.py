"""Signing what is sent to other people's addresses, as the specification «Standard Webhooks» says.

A message carries ``webhook-id`` (the same at every try), ``webhook-timestamp`` (seconds, of this try) and
``webhook-signature``: for each secret in force ``v1,`` and the base64 of HMAC-SHA-256 over ``id.timestamp.body``.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """Return a secret as receivers' libraries take it."""
    return PREFIX + base64.b64encode(os.urandom(_BYTES)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of *body* under one secret."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def signed_headers(secrets: Iterable[str], message_id: str, timestamp: int, body: bytes) -> list[tuple[str, str]]:
    """Return the headers of one try; while a secret is being replaced both sign."""
    signatures = " ".join(signature(secret, message_id, timestamp, body) for secret in secrets)
    return [
        ("webhook-id", message_id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", signatures),
    ]
