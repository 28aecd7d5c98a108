"""The example on the page of a code is what the broker itself answers, member by member and header by header."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from broker.answers import problem_answer
from broker.incoming import BASIC, BEARER, Incoming
from broker.problems import KINDS, OF_THE_TOKEN_ENDPOINT, refusal
from broker.problems.samples import samples_of
from core.choices import Step
from core.problems import PROBLEMS
from core.web.problem_pages import SAMPLE_ID, document_of, example_of

TOLD = sorted(code for code, kind in KINDS.items() if kind.ours and kind.told_as is None)


def answered(code: str, language: str) -> tuple[dict[str, Any], dict[bytes, bytes]]:
    scope = {"method": "GET", "raw_path": b"/api/data/x/v1/y", "query_string": b""}
    incoming = Incoming(scope, None, UUID(SAMPLE_ID), datetime.now(tz=UTC))  # type: ignore[arg-type]
    incoming.sent = {b"accept-language": language.encode()}
    if code in OF_THE_TOKEN_ENDPOINT:
        incoming.asks_token, incoming.challenge = True, BASIC
    elif code in ("token-invalid", "token-expired"):
        incoming.challenge = BEARER
    error = refusal(code, **samples_of(code)).with_members(**dict(KINDS[code].members))
    answer = problem_answer(error, incoming)
    return orjson.loads(answer.body), dict(answer.headers)


@pytest.mark.parametrize("code", TOLD)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_example_is_what_the_broker_answers(code: str, language: str) -> None:
    document, headers = answered(code, language)
    assert json.loads(example_of(PROBLEMS[code], language).body) == document
    assert document_of(PROBLEMS[code], language) == document
    shown = dict(line.split(": ", 1) for line in example_of(PROBLEMS[code], language).head.splitlines()[1:])
    for name in ("content-type", "content-language", "www-authenticate"):
        sent = headers.get(name.encode(), b"").decode()
        assert {key.lower(): value for key, value in shown.items()}.get(name, "") == sent, name


@pytest.mark.parametrize("code", KINDS)
def test_every_code_belongs_to_a_step_and_says_who_acts(code: str) -> None:
    assert PROBLEMS[code].step in Step.values
    if KINDS[code].ours:
        assert PROBLEMS[code].acts == str(KINDS[code].side)


@pytest.mark.parametrize("code", KINDS)
def test_every_place_of_the_words_has_a_sample(code: str) -> None:
    kind = KINDS[code]
    for template in (kind.detail, kind.detail_en):
        assert "{" not in template.format_map(samples_of(code)), template


@pytest.mark.parametrize("code", sorted(code for code, kind in KINDS.items() if kind.problem.status in (429, 503)))
def test_who_is_asked_to_wait_sees_how_long(code: str) -> None:
    assert "\nRetry-After: " in example_of(PROBLEMS[code], "vi").head
