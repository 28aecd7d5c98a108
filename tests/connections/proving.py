"""A key that its holder has proven to have: what every call in a test needs."""

import base64
import hmac

from catalog.models import InformationSystem
from connections.services.key_proof import activate_key
from connections.services.keys import Made, make_key
from core.actor import Actor
from core.proofs import proof_text


def proof_of(made: Made) -> str:
    """Return the proof as the page's command prints it."""
    text = proof_text(made.credential.access_key, made.credential.challenge)
    return base64.b64encode(hmac.digest(made.secret.encode(), text.encode(), "sha256")).decode()


def take_key(*, actor: Actor, system: InformationSystem, environment: str) -> Made:
    """Make a key and activate it."""
    made = make_key(actor=actor, system=system, environment=environment)
    return Made(activate_key(actor=actor, credential=made.credential, proof=proof_of(made)), made.secret)
