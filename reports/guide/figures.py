"""The figures of the guide as they are in force: bounds of the broker, terms of the environments."""

from dataclasses import dataclass

from broker.limits import PER_PROVIDER
from broker.tokens import MOST_FORM_BYTES
from broker.tokens.issuing import SECONDS as TOKEN_SECONDS
from broker.verifying import AHEAD_SECONDS, PAST_SECONDS
from broker.wire import MAX_HEADER_BYTES, MAX_HEADERS, MAX_TARGET
from catalog.models.services import MAX_REQUEST_BYTES
from catalog.models.upstreams import MAX_TIMEOUT_MS
from connections.models import EnvironmentTerms


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds, bytes and counts; ``terms`` is what each environment gives new keys and grants."""

    terms: list[EnvironmentTerms]
    past_seconds: int = PAST_SECONDS
    ahead_seconds: int = AHEAD_SECONDS
    target_bytes: int = MAX_TARGET
    headers: int = MAX_HEADERS
    header_bytes: int = MAX_HEADER_BYTES
    request_bytes: int = MAX_REQUEST_BYTES
    call_seconds: int = MAX_TIMEOUT_MS // 1000
    token_minutes: int = TOKEN_SECONDS // 60
    token_form_bytes: int = MOST_FORM_BYTES
    provider_calls: int = PER_PROVIDER


def figures() -> Figures:
    """Return the figures in force now; one query."""
    return Figures(list(EnvironmentTerms.objects.order_by("-environment")))
