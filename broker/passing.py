"""What of a provider's answer the caller may have: status, allowed headers, fields of the grant, in which form."""

from typing import TYPE_CHECKING

from broker.answers import Answer
from broker.forwarding import Answered
from broker.headers import to_caller
from broker.incoming import Incoming
from broker.messages.message import PROBLEM, form_of
from broker.messages.outward import content_type_of, filtering, job_of, made, turns
from broker.problems import refusal

if TYPE_CHECKING:
    from broker.engine import Engine

# In which form an answer goes out hangs on the one header, in which coding on the other (``messages.coding``).
_ALWAYS = ((b"cache-control", b"no-store"), (b"vary", b"accept, accept-encoding"))


def restricted(incoming: Incoming) -> bool:
    """Return whether the grant names fields: then an answer is held whole and filtered, never streamed."""
    return incoming.warrant is not None and incoming.warrant.grant.fields is not None


def held_whole(answered: Answered, incoming: Incoming) -> bool:
    """Return whether an answer has to be in our hands whole before any of it goes out."""
    spoken = bool(incoming.soap) or incoming.posting is not None
    follows = incoming.warrant is not None and incoming.warrant.operation.answer_profile is not None
    return spoken or follows or restricted(incoming) or turns(answered, incoming)


async def answer_of(answered: Answered, incoming: Incoming, engine: "Engine") -> Answer:
    """Return the provider's answer as the caller may have it. Raises a refusal for what is not passed on."""
    _require_passable(answered)
    failed = answered.status >= 400
    body = answered.body
    job = job_of(answered, incoming)
    if body and restricted(incoming):
        if not failed:
            job = filtering(job, answered, incoming)
        elif form_of(content_type_of(answered)).media != PROBLEM:
            # An error is no record; only the form made for errors passes beside a restricted scope.
            body, job = b"", None
    headers = to_caller(answered.headers)
    headers += _ALWAYS
    answer = Answer(answered.status, headers, body, side="consumer" if failed else "", rest=answered.rest)
    if job is not None:
        answer = await made(answer, job, form_of(content_type_of(answered)), incoming, engine)
        if incoming.progress.fields_dropped:
            answer.headers.append((b"x-lgsp-fields-dropped", str(incoming.progress.fields_dropped).encode()))
    return answer


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
