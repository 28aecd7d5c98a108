"""The request on its way in: out of its coding, into UTF-8, into the form the source system takes.

What was signed is what the caller sent; ``incoming.carried`` is what is sent on, ``incoming.instead`` the headers that
go with it. Nothing is touched where both sides speak alike. Done before admission: what cannot be read costs no quota.
"""

import asyncio
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

from broker.incoming import Incoming
from broker.messages.message import ACCEPTED, JSON, MEDIA, NO_EQUAL, RAW, XML, asked, form_of
from broker.messages.transforming import Job
from broker.problems import Refusal, refusal
from core.formats import BadMessage

if TYPE_CHECKING:
    from broker.engine import Engine

MOST_INFLATED = 10 * 1024 * 1024
_GZIP = b"\x1f\x8b"
# Below this a message out of its coding is made on the spot.
_INLINE_CODED = 1024


async def take_in(incoming: Incoming, engine: "Engine") -> None:
    """Make the request what the source system takes. Raises a refusal; nothing was forwarded."""
    warrant = incoming.warrant
    assert warrant is not None  # noqa: S101
    row = warrant.service.row
    if getattr(warrant.operation, "soap", None) is not None:
        return  # its envelope is the façade's
    if accept := asked(incoming.sent.get(b"accept"), row.form):
        incoming.instead = {b"accept": accept.encode("latin-1")}
    if not incoming.content:
        return
    if b"content-encoding" in incoming.sent:
        incoming.carried = await _inflated(incoming, engine)
    content_type = incoming.sent.get(b"content-type")
    if content_type is None:
        return
    form, charset = _judged(content_type, row.form)
    if form == row.form == JSON and not charset:
        return
    if form != RAW:
        await _convert(incoming, engine, form, charset)


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


async def _convert(incoming: Incoming, engine: "Engine", form: str, charset: str) -> None:
    warrant = incoming.warrant
    assert warrant is not None  # noqa: S101
    target = warrant.service.row.form
    content = incoming.content if incoming.carried is None else incoming.carried
    root = warrant.operation.root or warrant.operation.code
    job = Job(form, target, charset=charset, root=root, checked=form == XML)
    try:
        made, _dropped = await engine.workshop.transform(job, content)
    except BadMessage as error:
        raise told(error) from None
    _hold(incoming, engine, len(made))
    incoming.carried = made
    if form != target or charset or made is not content:
        incoming.instead = {**incoming.instead, b"content-type": MEDIA[target].encode()}


def _hold(incoming: Incoming, engine: "Engine", size: int) -> None:
    engine.budget.take(size)
    incoming.held += size


async def _inflated(incoming: Incoming, engine: "Engine") -> bytes:
    """Return the content out of gzip, at most what the service takes. Raises a refusal."""
    warrant = incoming.warrant
    assert warrant is not None  # noqa: S101
    if incoming.sent[b"content-encoding"].lower() == b"identity":
        return incoming.content
    row = warrant.service.row
    if not row.inflates:
        raise refusal("content-encoding-not-supported")
    limit = min(MOST_INFLATED, row.max_request_bytes)
    try:
        if len(incoming.content) <= _INLINE_CODED:
            made = inflate(incoming.content, limit)
            _hold(incoming, engine, len(made))
        else:
            _hold(incoming, engine, limit)
            made = await asyncio.get_running_loop().run_in_executor(None, inflate, incoming.content, limit)
            engine.give_back(incoming, limit - len(made))
    except BadMessage as error:
        raise told(error) from None
    except OverflowError:
        raise refusal("too-large", limit=limit).with_members(limit=limit) from None
    return made


def inflate(content: bytes, limit: int) -> bytes:
    """Return *content* out of one gzip member. Raises OverflowError above *limit* bytes, :class:`BadMessage`.

    Refused: what ends early, what goes on behind its end, what is gzip again inside.
    """
    machine = zlib.decompressobj(wbits=31)
    try:
        made = machine.decompress(content, limit + 1)
    except zlib.error:
        raise _unreadable("Nội dung không phải gzip.", "The content is not gzip.") from None
    if len(made) > limit:
        raise OverflowError
    if not machine.eof:
        raise _unreadable("Nội dung gzip bị cắt.", "The gzip content ends early.")
    if machine.unused_data:
        raise _unreadable("Có dữ liệu thừa sau phần gzip.", "Something follows the gzip content.")
    if made.startswith(_GZIP):
        raise _unreadable("Nội dung được nén hai lần.", "The content is compressed twice.")
    return made


def _unreadable(detail: str, english: str) -> BadMessage:
    return BadMessage("gzip-invalid", detail, english)


def told(error: BadMessage) -> Refusal:
    """Return the refusal of a request that cannot be read or converted."""
    code = "message-not-convertible" if error.code in NO_EQUAL else "message-invalid"
    members = {"reason": error.code}
    if error.pointer:
        members["pointer"] = error.pointer[:256]
    if error.line:
        return refusal(code, message=error.detail, message_en=error.detail_en).with_members(**members, line=error.line)
    return refusal(code, message=error.detail, message_en=error.detail_en).with_members(**members)
