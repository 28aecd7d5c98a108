"""Any error a view of the API raises is told as a problem, with what the caller needs to go on."""

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from core.api.views import PortalView
from core.problems import DomainError, GuardRefused, InvalidInput, NoLongerValid, StateRefused, TooMany


def told(error: Exception, **headers: str) -> HttpResponse:
    """Return what the API answers when a view raises *error*."""

    class Raising(PortalView):
        authentication_classes = ()
        permission_classes = ()

        def get(self, request: Request) -> Any:
            raise error

    return Raising.as_view()(APIRequestFactory().get("/api/v1/thu", headers=headers))


def members(answer: HttpResponse) -> dict[str, Any]:
    assert answer["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(answer.content)
    assert found["status"] == answer.status_code
    return found


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (exceptions.ParseError(), 400, "malformed-request"),
        (exceptions.ValidationError({"name": ["sai"]}), 400, "malformed-request"),
        (exceptions.PermissionDenied(), 403, "permission-refused"),
        (exceptions.PermissionDenied("CSRF Failed: CSRF token missing."), 403, "csrf-failed"),
        (PermissionDenied(), 403, "permission-refused"),
        (Http404(), 404, "not-found"),
        (exceptions.NotFound(), 404, "not-found"),
        (exceptions.UnsupportedMediaType("text/csv"), 415, "unsupported-media-type"),
        (exceptions.Throttled(wait=7), 429, "too-many-requests"),
        (StateRefused("Hồ sơ đã đóng."), 409, "conflict"),
        (GuardRefused("Thiếu biên bản."), 422, "condition-not-met"),
        (NoLongerValid("Liên kết hết hạn."), 410, "gone"),
        (TooMany("Chờ một lát.", retry_after=9), 429, "too-many-requests"),
        (InvalidInput({"name": ["Nhập tên"]}), 422, "invalid-input"),
    ],
)
def test_error_becomes_its_problem(error: Exception, status: int, code: str) -> None:
    answer = told(error)
    assert answer.status_code == status
    assert members(answer)["code"] == code


@pytest.mark.parametrize(
    ("error", "seconds"), [(exceptions.Throttled(wait=7), "7"), (TooMany("x", retry_after=9), "9")]
)
def test_too_many_says_how_long_to_wait(error: Exception, seconds: str) -> None:
    assert told(error)["Retry-After"] == seconds


@pytest.mark.parametrize("error", [InvalidInput({"name": ["Nhập tên"], "": ["Trùng"]})])
def test_fields_are_named_by_pointer(error: InvalidInput) -> None:
    assert members(told(error))["errors"] == [
        {"pointer": "/name", "code": "invalid-value", "detail": "Nhập tên"},
        {"pointer": "", "code": "invalid-value", "detail": "Trùng"},
    ]


def test_a_deeds_own_words_stay_vietnamese_and_the_answer_says_so() -> None:
    refusal: DomainError = StateRefused("Hồ sơ đã đóng.")
    answer = told(refusal, **{"Accept-Language": "en"})
    assert (members(answer)["title"], members(answer)["detail"]) == ("State has changed", "Hồ sơ đã đóng.")
    assert answer["Content-Language"] == "en, vi"


def test_fault_of_ours_is_left_to_the_handler_of_faults() -> None:
    with pytest.raises(RuntimeError):
        told(RuntimeError("hỏng"))
