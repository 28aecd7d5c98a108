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
from broker.messages.message import form_of
from broker.messages.outward import content_type_of
from broker.problems import Refusal, refusal
from catalog.projection import ProfileRow

if TYPE_CHECKING:
    from broker.engine import Engine

NO_CONTENT = frozenset({204, 205})
# What a structure is written for -> what a message must be.
FORMS = {"json": "application/json", "xsd": "application/xml"}


async def judge_request(incoming: Incoming, engine: "Engine") -> None:
    """Judge what is sent on, in the form the source system takes. Raises as :func:`check_request` does."""
    kind = incoming.instead.get(b"content-type") or incoming.sent.get(b"content-type", b"")
    await check_request(incoming, engine, incoming.going, form_of(kind).form)


async def judge_answer(answered: Answered, incoming: Incoming, engine: "Engine") -> None:
    """Judge a provider's answer as it came, unless it is an error or has no content to have a structure."""
    if incoming.method == "HEAD" or not 200 <= answered.status < 300 or answered.status in NO_CONTENT:
        return
    await check_answer(incoming, engine, answered.body, form_of(content_type_of(answered)).form)


async def check_request(incoming: Incoming, engine: "Engine", body: bytes, form: str) -> None:
    """Judge the message a caller sent, *form* "json" or "xml". Raises ``message-not-conforming``, ``overloaded``."""
    assert incoming.warrant is not None  # noqa: S101
    profile = incoming.warrant.operation.request_profile
    if profile is None:
        return
    findings = await _findings(profile, engine, body, form)
    if findings:
        raise _refused("message-not-conforming", findings, profile, incoming)


async def check_answer(incoming: Incoming, engine: "Engine", body: bytes, form: str) -> None:
    """Judge what a provider answered, before anything of it is taken out. Raises ``provider-message-invalid``."""
    assert incoming.warrant is not None  # noqa: S101
    profile = incoming.warrant.operation.answer_profile
    if profile is None:
        return
    findings = await _findings(profile, engine, body, form)
    if findings:
        raise _refused("provider-message-invalid", findings, profile, incoming)


async def _findings(profile: ProfileRow, engine: "Engine", body: bytes, form: str) -> list[Finding]:
    if not body:
        return [{"pointer": "", "code": "empty"}]
    if form != ("xml" if profile.form == "xsd" else "json"):
        return [{"pointer": "", "code": "other-form", "expected": FORMS[profile.form]}]
    try:
        return list(await engine.lanes.findings(profile, body))
    except Busy:
        raise refusal("overloaded").with_header("Retry-After", 1) from None


def _refused(code: str, findings: list[Finding], profile: ProfileRow, incoming: Incoming) -> Refusal:
    english = prefers_english(incoming.sent.get(b"accept-language", b""))
    error = refusal(code, profile=f"{profile.code} {profile.version}", n=len(findings))
    return error.with_members(
        profile={"code": profile.code, "version": profile.version}, errors=worded(findings, english=english)
    )
