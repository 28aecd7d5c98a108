"""The request on its way in: out of its coding, into UTF-8, into the form the source system takes.

What was signed is what the caller sent; ``incoming.carried`` is what is sent on, ``incoming.instead`` the headers that
go with it. Nothing is touched where both sides speak alike. Done before admission: what cannot be read costs no quota.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from broker.incoming import Incoming, Warrant
from broker.messages.coding import INLINE_CODED
from broker.messages.message import ACCEPTED, JSON, MEDIA, NO_EQUAL, PROFILED, RAW, XML, asked, form_of
from broker.messages.transforming import Job
from broker.problems import Refusal, refusal
from catalog.projection import ServiceRow
from core.formats import BadMessage

if TYPE_CHECKING:
    from broker.engine import Engine

MOST_INFLATED = 10 * 1024 * 1024


async def take_in(incoming: Incoming, engine: "Engine") -> None:
    """Make the request what the source system takes. Raises a refusal; nothing was forwarded.

    Where a SOAP provider answers, that is JSON: its envelope is made of it.
    """
    warrant = incoming.warrant
    assert warrant is not None  # noqa: S101
    if accept := accept_of(incoming, warrant):
        incoming.instead = {b"accept": accept}
    if not incoming.content:
        return
    if b"content-encoding" in incoming.sent:
        incoming.carried = await inflated(incoming, warrant.service.row, engine)
    content_type = incoming.sent.get(b"content-type")
    if content_type is None:
        return
    target = _target(incoming, warrant)
    form, charset = _judged(content_type, target)
    if form == target == JSON and not charset:
        return
    if form != RAW:
        await _convert(incoming, engine, Job(form, target, charset, warrant.root, checked=form == XML))


def accept_of(incoming: Incoming, warrant: Warrant) -> bytes:
    """Return the ``Accept`` the provider gets instead of the caller's, b"" for the caller's own.

    Answers that must follow a structure are asked for in its form; in which one the caller gets them is ours to do.
    """
    operation = warrant.operation
    if operation.answer_profile is not None:
        return MEDIA[PROFILED[operation.answer_profile.form]].encode()
    return asked(incoming.sent.get(b"accept"), warrant.service.row.form).encode("latin-1")


def _target(incoming: Incoming, warrant: Warrant) -> str:
    """Return the form the content is to have: what is sent by SOAP has none of its own where any is taken."""
    operation, taken = warrant.operation, warrant.service.row.form
    if operation.soap is not None:
        return JSON
    if incoming.soap and taken == RAW and operation.request_profile is not None:
        return PROFILED[operation.request_profile.form]
    return taken


@lru_cache(maxsize=1024)
def _read(content_type: bytes, taken: str) -> tuple[str, str, bool]:
    found = form_of(content_type)
    return found.form, found.charset, taken == RAW or found.form != RAW


def _judged(content_type: bytes, taken: str) -> tuple[str, str]:
    """Return form and charset of the request. Raises ``content-type-not-supported``."""
    form, charset, fits = _read(content_type, taken)
    if not fits:
        error = refusal("content-type-not-supported", accepted=ACCEPTED).with_header("Accept", ACCEPTED)
        raise error.with_members(accepted=ACCEPTED.split(", "))
    return (RAW if taken == RAW else form), charset


async def _convert(incoming: Incoming, engine: "Engine", job: Job) -> None:
    content = incoming.going
    try:
        made, _dropped = await engine.workshop.transform(job, content)
    except BadMessage as error:
        raise told(error) from None
    engine.hold(incoming, len(made))
    incoming.carried = made
    if job.source != job.target or job.charset or made is not content:
        incoming.instead = {**incoming.instead, b"content-type": MEDIA[job.target].encode()}


async def inflated(incoming: Incoming, row: ServiceRow, engine: "Engine") -> bytes:
    """Return the content as it was before it was coded, at most what the service takes. Raises a refusal."""
    if incoming.sent.get(b"content-encoding", b"identity").lower() == b"identity":
        return incoming.content
    if not row.inflates:
        raise refusal("content-encoding-not-supported")
    limit = min(MOST_INFLATED, row.max_request_bytes)
    # What will come out of it is not known: as much is held as may.
    most = limit if len(incoming.content) > INLINE_CODED else 0
    engine.hold(incoming, most)
    try:
        made = await engine.coder.inflated(incoming.content, limit)
    except BadMessage as error:
        raise told(error) from None
    except OverflowError:
        raise refusal("too-large", limit=limit).with_members(limit=limit) from None
    engine.give_back(incoming, most)
    engine.hold(incoming, len(made))
    return made


def told(error: BadMessage) -> Refusal:
    """Return the refusal of a request that cannot be read or converted."""
    code = "message-not-convertible" if error.code in NO_EQUAL else "message-invalid"
    members: dict[str, object] = {"reason": error.code}
    if error.pointer:
        members["pointer"] = error.pointer[:256]
    if error.line:
        members["line"] = error.line
    return refusal(code, message=error.detail, message_en=error.detail_en).with_members(**members)
