"""Whether the keys at hand open what is sealed in the database."""

from connections.choices import Algorithm
from connections.models import Credential
from core.crypto import Keyring, SealBroken


def unreadable_secret(ring: Keyring) -> bool:
    """Return whether the secret of the newest key cannot be opened with *ring*; one query."""
    newest = Credential.objects.filter(algorithm=Algorithm.HMAC_SHA256).order_by("-pk").first()
    if newest is None:
        return False
    try:
        newest.verifier(ring)
    except SealBroken:
        return True
    return False
