"""The answer on its way out: in the form the caller asks for, in UTF-8, with the fields of the grant.

Decided by two header values alone (``Content-Type`` of the answer, ``Accept`` of the call), whose meaning is kept; an
answer nobody wants otherwise is not looked into.
"""

from typing import TYPE_CHECKING

from broker.answers import Answer, Pairs
from broker.forwarding import Answered
from broker.incoming import Incoming
from broker.messages.message import JSON, MEDIA, NO_EQUAL, RAW, XML, Form, form_of, goes_as_it_is, wanted
from broker.messages.transforming import Job, declares
from broker.once import SAFE
from broker.problems import Refusal, refusal
from core.formats import BadMessage

if TYPE_CHECKING:
    from broker.engine import Engine

UTF_8 = {JSON: b"", XML: b"; charset=utf-8", RAW: b"; charset=utf-8"}


def content_type_of(answered: Answered) -> bytes:
    """Return the content type of an answer, b"" where it has none."""
    for name, value in answered.headers:
        if name.lower() == b"content-type":
            return value
    return b""


def job_of(answered: Answered, incoming: Incoming) -> Job | None:
    """Return what is to be made of the answer's form and charset, None where it goes out as it is.

    Raises ``form-not-acceptable`` where the caller takes neither form; a deed that was done is told all the same.
    """
    content_type = content_type_of(answered)
    if goes_as_it_is(content_type, incoming.sent.get(b"accept")):
        return None
    warrant = incoming.warrant
    if warrant is None:
        return None
    if not answered.body and answered.rest is None:
        return None
    target = wanted(content_type, incoming.sent.get(b"accept"))
    if target == "-":
        if incoming.method in SAFE and answered.status < 300:
            raise not_acceptable(form_of(content_type).media)
        target = ""
    own = form_of(content_type)
    if not target and not own.charset and not (own.form == XML and declares(answered.body)):
        return None
    if own.form == RAW:
        # What is poured through says itself which charset it is in, and stays so.
        text = own.media.startswith("text/") and answered.rest is None
        return Job("text", "text", charset=own.charset) if text else None
    form = form_of(target.encode()).form if target else own.form
    return Job(own.form, form, charset=own.charset, root=warrant.root)


def turns(answered: Answered, incoming: Incoming) -> bool:
    """Return whether the answer goes out in another form or charset than it came in."""
    try:
        return job_of(answered, incoming) is not None
    except Refusal:
        return False


def filtering(job: Job | None, answered: Answered, incoming: Incoming) -> Job:
    """Return *job* so that it leaves only the fields of the grant. Raises ``provider-answer-invalid``."""
    warrant = incoming.warrant
    assert warrant is not None and warrant.grant.fields is not None  # noqa: S101, PT018
    own = form_of(content_type_of(answered))
    if own.form == RAW:
        raise refusal("provider-answer-invalid")
    path, fields = warrant.operation.record_path, tuple(sorted(warrant.grant.fields))
    target = job.target if job is not None else own.form
    return Job(own.form, target, own.charset, warrant.root, path, fields)


def not_acceptable(media: str) -> Refusal:
    """Return the refusal of an answer that comes as *media*, which the caller does not take."""
    return refusal("form-not-acceptable", media=media).with_members(available=[MEDIA[JSON], MEDIA[XML]])


async def made(answer: Answer, job: Job, own: Form, incoming: Incoming, engine: "Engine") -> Answer:
    """Make *answer* what *job* says. Raises a refusal for an answer that cannot be read or has no equal."""
    body = answer.body
    try:
        answer.body, incoming.progress.fields_dropped = await engine.workshop.transform(job, body)
    except BadMessage as error:
        if job.source != job.target and error.code in NO_EQUAL:
            if incoming.method in SAFE:
                raise not_acceptable(own.media).with_members(reason=error.code, available=[own.media]) from None
            if job.fields is None:
                return answer  # the deed is done: better told in its own form than not at all
        raise refusal("provider-answer-invalid").with_members(reason=error.code) from None
    engine.hold(incoming, len(answer.body))
    if job.source != job.target or job.charset or answer.body is not body:
        answer.headers = _described(answer.headers, job, own, incoming)
    return answer


def _described(headers: Pairs, job: Job, own: Form, incoming: Incoming) -> Pairs:
    """Return *headers* as they fit what was made: the type says what it is, a strong tag is one no longer."""
    media = own.media
    if job.source != job.target:
        media = wanted(own.media.encode(), incoming.sent.get(b"accept"))
    kind = media.encode("latin-1") + UTF_8[RAW if job.source == "text" else job.target]
    found = []
    for name, value in headers:
        if name == b"content-type":
            found.append((name, kind))
        elif name == b"etag" and job.source != job.target and not value.startswith(b"W/"):
            found.append((name, b"W/" + value))
        else:
            found.append((name, value))
    return found
