"""What of a provider's answer the caller may have: status, allowed headers, fields of the grant."""

from broker.answers import Answer
from broker.fields import NotFilterable, keep_only
from broker.forwarding import Answered
from broker.headers import to_caller
from broker.incoming import Incoming
from broker.problems import refusal


def restricted(incoming: Incoming) -> bool:
    """Return whether an answer is held whole, never streamed: the grant names fields, or it follows a structure."""
    warrant = incoming.warrant
    return warrant is not None and (warrant.grant.fields is not None or warrant.operation.answer_profile is not None)


def answer_of(answered: Answered, incoming: Incoming) -> Answer:
    """Return the provider's answer as the caller may have it. Raises a refusal for what is not passed on."""
    _require_passable(answered)
    headers = to_caller(answered.headers)
    body = answered.body
    allowed = incoming.warrant.grant.fields if incoming.warrant else frozenset()
    if allowed is not None and body:
        body = _within_fields(answered, incoming, frozenset(allowed))
    headers.append((b"cache-control", b"no-store"))
    if incoming.progress.fields_dropped:
        headers.append((b"x-lgsp-fields-dropped", str(incoming.progress.fields_dropped).encode()))
    failed = answered.status >= 400
    return Answer(answered.status, headers, body, side="consumer" if failed else "", rest=answered.rest)


def _require_passable(answered: Answered) -> None:
    status = answered.status
    if status >= 500:
        raise refusal("provider-error", status=status)
    if status in (401, 407):
        raise refusal("provider-refused")
    if 300 <= status < 400 and status != 304:
        raise refusal("provider-redirected")
    if status < 200:
        raise refusal("provider-answer-invalid")
    for name, value in answered.headers:
        if name.lower() == b"content-encoding" and value.lower() not in (b"", b"identity"):
            raise refusal("provider-answer-invalid")


def _within_fields(answered: Answered, incoming: Incoming, allowed: frozenset[str]) -> bytes:
    warrant = incoming.warrant
    assert warrant is not None  # noqa: S101
    kind = next((value for name, value in answered.headers if name.lower() == b"content-type"), b"").lower()
    media = kind.split(b";")[0].strip()
    if answered.status >= 400:
        # An error is no record; only the form made for errors passes beside a restricted scope.
        return answered.body if media == b"application/problem+json" else b""
    if media != b"application/json" and not media.endswith(b"+json"):
        raise refusal("provider-answer-invalid")
    try:
        body, incoming.progress.fields_dropped = keep_only(answered.body, warrant.operation.record_path, allowed)
    except NotFilterable:
        raise refusal("provider-answer-invalid") from None
    return body
