"""A refusal that no view caught still says what a client must know."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from core.problems import StateRefused, TooMany
from core.web.middleware import RefusalMiddleware


@pytest.mark.parametrize(
    ("refusal", "told"), [(TooMany("Chờ", retry_after=90), "90"), (StateRefused("Đã đóng"), None)]
)
def test_too_many_tries_say_when_to_come_back(rf: RequestFactory, refusal: Exception, told: str | None) -> None:
    middleware = RefusalMiddleware(lambda request: HttpResponse())
    answer = middleware.process_exception(rf.get("/api/v1/", headers={"accept": "application/json"}), refusal)
    assert answer is not None
    assert answer.status_code == (429 if told else 409)
    assert answer.headers.get("Retry-After") == told
