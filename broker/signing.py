"""The signing profile, by the name it has on this floor; it lies in the ground because the portal signs calls too."""

from core.signing import (
    COMPONENTS,
    HMAC_SHA256,
    LABEL,
    PROCEDURE,
    TAG,
    Credentials,
    content_digest,
    sign,
    signature_base,
    signature_params,
)

__all__ = [
    "COMPONENTS",
    "HMAC_SHA256",
    "LABEL",
    "PROCEDURE",
    "TAG",
    "Credentials",
    "content_digest",
    "sign",
    "signature_base",
    "signature_params",
]
