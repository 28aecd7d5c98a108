"""The API answers whatever its committed description can be read to allow, and what it forbids: never with a 500.

schemathesis makes the calls, two thirds within the description and a third outside it, as people of every role and as
nobody, against the served product. 20,000 of them; ``./run heavy -k described``.
"""

import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from accounts.models import User
from tests.broker.conftest import database
from tests.broker.test_mounted import Served
from tests.connections.conftest import Chain, chain

__all__ = ["chain", "database"]
DESCRIPTION = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
CASES = 20_000
# schemathesis and requests are imported where they are used: all of the suite would wait for them at every start.
NOBODY = "nobody"
TOKEN = "t" * 32
ENDPOINT = "/api/oauth/token"
UNREADABLE = b"Invalid HTTP request received."


@dataclass
class Told:
    """How the calls were answered, and what must not have been."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    longest: float = 0.0


def sessions(chain: Chain, signed_in: Callable[[User], Client]) -> dict[str, Any]:
    """Give a signed-in session for each role of the chain, and one of nobody."""
    import requests

    found = {NOBODY: requests.Session()}
    for role, user in chain.users.items():
        held = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
        found[role] = requests.Session()
        found[role].cookies.set(settings.SESSION_COOKIE_NAME, held)
        found[role].cookies.set(settings.CSRF_COOKIE_NAME, TOKEN)
        found[role].headers["X-CSRFToken"] = TOKEN
    return found


def try_all(operation: Any, mode: Any, number: int, base: str, people: Any, told: Told, start: int) -> None:
    """Call one operation *number* times with what *mode* makes of its description."""

    @seed(start)
    @hypothesis_settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), who=st.sampled_from(sorted(people)))
    def call(case: Any, who: str) -> None:
        begun = time.monotonic()
        answer = case.call(base_url=base, session=people[who], timeout=30)
        told.longest = max(told.longest, time.monotonic() - begun)
        told.statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            told.faults.append(f"{answer.status_code} {who}: {case.as_curl_command()[:600]}")
        elif answer.status_code >= 400 and not _said(answer):
            told.faults.append(f"{answer.status_code} without a problem, {who}: {case.as_curl_command()[:600]}")

    call()


def _said(answer: Any) -> bool:
    """A refusal is a problem document, at the token endpoint OAuth's own (RFC 6749 §5.2).

    What is no request for its length alone is told by the server itself.
    """
    kind = answer.headers.get("content-type", [""])[0]
    if urlsplit(answer.request.url).path == ENDPOINT and kind == "application/json":
        return {"error", "code", "request_id"} <= answer.json().keys()
    return "problem+json" in kind or answer.content == UNREADABLE


def try_description(chain: Chain, signed_in: Callable[[User], Client], half: int, number: int, start: int) -> Told:
    """Try every second operation of the committed description against the served product."""
    import schemathesis
    from schemathesis import GenerationMode

    schema = schemathesis.openapi.from_dict(yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8")))
    found: list[Any] = list(schema.get_all_operations())
    operations = [each.ok() for each in found][half::2]
    people, told = sessions(chain, signed_in), Told()
    server = Served(None)
    server.start()
    try:
        base = f"http://{server.authority}"
        for place, operation in enumerate(operations):
            missing = (number - told.statuses.total()) // (len(operations) - place) + 1
            for mode in (GenerationMode.NEGATIVE, GenerationMode.POSITIVE):
                before = told.statuses.total()
                share = missing // 3 if mode is GenerationMode.NEGATIVE else missing
                try:
                    try_all(operation, mode, share, base, people, told, start)
                except Unsatisfiable:
                    continue  # an operation that takes nothing has nothing to be broken
                missing -= told.statuses.total() - before
        assert server.process.poll() is None
    finally:
        server.stop()
    return told


@pytest.mark.heavy
@pytest.mark.filterwarnings("default")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("half", [0, 1])
def test_the_described_api_never_breaks(
    half: int, chain: Chain, database: str, signed_in: Callable[[User], Client]
) -> None:
    chain.set_up()
    start, begun = secrets.randbits(31), time.monotonic()
    told = try_description(chain, signed_in, half, CASES // 2, start)
    sys.stdout.write(
        f"\n{told.statuses.total()} cases, seed {start}: {dict(sorted(told.statuses.items()))},"
        f" longest answer {told.longest:.2f} s, {time.monotonic() - begun:.0f} s\n"
    )
    assert not told.faults, told.faults[:5]
    assert told.statuses.total() >= CASES // 2
    assert told.statuses[200] > CASES / 20
    assert told.longest < 30
