"""What a caller gets: an answer of the provider, or a problem document in the caller's language (RFC 9457)."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
import structlog
from django.urls import reverse

from broker.endings import with_end
from broker.incoming import Incoming
from broker.problems import Refusal, refusal
from broker.soap.faults import content_type, fault, soap_of
from broker.tokens.errors import oauth_document

log = structlog.get_logger(__name__)
Pairs = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Answer:
    """Status, headers and body; ``reason`` and ``side`` go to the log ("" for a call that went well).

    ``wire`` is the HTTP status where SOAP asks for another one than the call ended with; 0: the same.

    Of an answer too large to be held whole ``rest`` gives what follows ``body`` (decisions, 9).
    """

    status: int
    headers: Pairs
    body: bytes
    reason: str = ""
    side: str = ""
    rest: AsyncGenerator[bytes, None] | None = None
    # DRF marks answers that were exceptions.
    exception: bool = field(default=False)
    wire: int = 0


def json_answer(document: Any, *, status: int = 200) -> Answer:
    """Return a document of our own."""
    return Answer(
        status, [(b"content-type", b"application/json"), (b"cache-control", b"no-store")], orjson.dumps(document)
    )


def problem(error: Exception, context: dict[str, Any]) -> Answer:
    """DRF's exception handler of the broker: any error becomes a problem; one we did not foresee is 500 and logged."""
    incoming: Incoming = context["request"]._request
    if isinstance(error, Refusal):
        return problem_answer(error, incoming)
    log.error("broker.fault", request_id=incoming.request_id, exc_info=error)
    return problem_answer(refusal("internal-error"), incoming)


def problem_answer(error: Refusal, incoming: Incoming) -> Answer:
    """Return the problem document of *error*; details of rules are for a caller whose signature verified."""
    kind = error.kind
    english = prefers_english(incoming.sent.get(b"accept-language", b""))
    title = kind.title_en if english else str(kind.problem.title)
    cause = kind.cause_en if english else str(kind.problem.cause)
    detail = kind.detail_en if english else kind.detail
    document: dict[str, Any] = {
        "type": page_of(kind.code),
        "title": title,
        "status": kind.problem.status,
        "detail": detail.format_map(error.values) if detail else cause,
        "code": kind.code,
        "side": str(kind.side),
        "request_id": incoming.request_id,
        **error.members,
    }
    headers: Pairs = [
        (b"content-type", b"application/problem+json"),
        (b"content-language", b"en" if english else b"vi"),
        (b"cache-control", b"no-store"),
    ]
    if kind.problem.status == 401:
        headers.append((b"www-authenticate", incoming.challenge))
    headers += [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in error.headers]
    if version := soap_of(incoming):
        body, wire = fault(document, version, english=english)
        headers[0] = content_type(version)
        return Answer(document["status"], headers, body, error.logged, kind.side, wire=wire)
    if incoming.asks_token:
        described = kind.detail_en.format_map(error.values) if kind.detail_en else kind.cause_en
        document = oauth_document(document, described)
        headers[0] = (b"content-type", b"application/json")
    return Answer(document["status"], headers, orjson.dumps(document), error.logged, kind.side)


@lru_cache(maxsize=256)
def page_of(code: str) -> str:
    """Return the address of the page that explains *code*."""
    return reverse("problem", args=[code])


@lru_cache(maxsize=1024)
def prefers_english(accepted: bytes) -> bool:
    """Return whether ``Accept-Language`` ranks English above Vietnamese, our default (RFC 9110 §12.5.4)."""
    ranks = {"vi": 0.0, "en": 0.0}
    for part in accepted.decode("latin-1").lower().split(","):
        tag, _, weight = part.strip().partition(";q=")
        primary = tag.split("-")[0].strip()
        if primary in ranks:
            try:
                ranks[primary] = max(ranks[primary], float(weight or 1))
            except ValueError:
                continue
    return ranks["en"] > ranks["vi"]


def finished(answer: Answer, incoming: Incoming) -> Pairs:
    """Return the headers of *answer* with those every answer carries."""
    headers = [*answer.headers]
    if answer.rest is None:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    headers.append((b"x-request-id", incoming.request_id.encode()))
    headers.append((b"x-content-type-options", b"nosniff"))
    if incoming.warrant is not None and incoming.snapshot is not None:
        if policy := incoming.snapshot.policies.get(incoming.warrant.grant.grant_id):
            headers.append((b"ratelimit-policy", policy))
        if incoming.allowance:
            headers.append((b"ratelimit", incoming.allowance))
    service = incoming.service
    if service is not None and service.told:
        headers = with_end(headers, service.told)
    given = incoming.sent.get(b"x-request-id")
    if given and len(given) <= 128 and given.isascii() and given.decode("ascii").isprintable():
        headers.append((b"x-client-request-id", given))
    return headers
