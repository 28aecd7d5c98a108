"""Messages against the structures they must follow, request and answer (QC4.9): refused with JSON Pointers.

Called for operations that have a structure; a call of any other operation costs one look at an attribute. Where a
finding lies is told by names of the structure; neither the log nor the answer ever holds a value of the message.
"""

from typing import TYPE_CHECKING

from broker.answers import prefers_english
from broker.forwarding import Answered
from broker.incoming import Incoming
from broker.messages.findings import Finding, worded
from broker.messages.lanes import Busy
from broker.messages.message import JSON, MEDIA, PROFILED, Form, form_of
from broker.messages.outward import content_type_of
from broker.problems import Refusal, refusal
from catalog.projection import ProfileRow

if TYPE_CHECKING:
    from broker.engine import Engine

NO_CONTENT = frozenset({204, 205})


async def judge_request(incoming: Incoming, engine: "Engine") -> None:
    """Judge what is sent on, in the form the source system takes. Raises ``message-not-conforming``, ``overloaded``.

    A SOAP provider takes JSON here: its envelope, which is ours, was made of that.
    """
    assert incoming.warrant is not None  # noqa: S101
    operation = incoming.warrant.operation
    if operation.request_profile is None:
        return
    kind = incoming.instead.get(b"content-type") or incoming.sent.get(b"content-type", b"")
    form = form_of(MEDIA[JSON].encode() if operation.soap is not None else kind)
    findings = await _findings(operation.request_profile, engine, incoming.going, form)
    if findings:
        raise _refused("message-not-conforming", findings, operation.request_profile, incoming)


async def judge_answer(answered: Answered, incoming: Incoming, engine: "Engine") -> None:
    """Judge a provider's answer as it came, before anything of it is taken out. Raises ``provider-message-invalid``.

    An error, or an answer without content, has no structure to follow.
    """
    assert incoming.warrant is not None  # noqa: S101
    profile = incoming.warrant.operation.answer_profile
    if profile is None or incoming.method == "HEAD":
        return
    if not 200 <= answered.status < 300 or answered.status in NO_CONTENT:
        return
    findings = await _findings(profile, engine, answered.body, form_of(content_type_of(answered)))
    if findings:
        raise _refused("provider-message-invalid", findings, profile, incoming)


async def _findings(profile: ProfileRow, engine: "Engine", body: bytes, form: Form) -> list[Finding]:
    if not body:
        return [{"pointer": "", "code": "empty"}]
    wanted = PROFILED[profile.form]
    if form.form != wanted:
        return [{"pointer": "", "code": "other-form", "expected": MEDIA[wanted]}]
    try:
        return list(await engine.lanes.findings(profile, body, form.charset))
    except Busy:
        raise refusal("overloaded").with_header("Retry-After", 1) from None


def _refused(code: str, findings: list[Finding], profile: ProfileRow, incoming: Incoming) -> Refusal:
    english = prefers_english(incoming.sent.get(b"accept-language", b""))
    error = refusal(code, profile=f"{profile.code} {profile.version}", n=len(findings))
    return error.with_members(
        profile={"code": profile.code, "version": profile.version}, errors=worded(findings, english=english)
    )
