"""What is sent to the API is read within bounds: kind, size, form; each refusal says what to mend."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.bodies import MAX_BYTES, Identifier, Text, judged, read_body
from core.api.views import PortalView

JSON = "application/json"


class Body(serializers.Serializer[Any]):
    """A body of a test."""

    name = Text(max_length=5)
    note = Text(required=False, allow_blank=True)
    call = Identifier(required=False)


class Taking(PortalView):
    """An address that gives back what it read."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        """Read and give back."""
        return Response({name: str(value) for name, value in judged(Body(), read_body(request)).items()}, status=201)


def sent(body: bytes | str, kind: str = JSON, **headers: str) -> HttpResponse:
    made = RequestFactory().post("/api/v1/thu", body, content_type=kind, headers=headers)
    answer: HttpResponse = Taking.as_view()(made)
    answer.render() if hasattr(answer, "render") else None
    return answer


def told(answer: HttpResponse) -> dict[str, Any]:
    assert answer["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(answer.content)
    return found


def test_what_is_whole_is_read() -> None:
    answer = sent('{"name": "Đất", "note": "hai\\ndòng"}', f"{JSON}; charset=utf-8")
    assert (answer.status_code, json.loads(answer.content)) == (201, {"name": "Đất", "note": "hai\ndòng"})


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_kind_of_content_is_415(kind: str) -> None:
    answer = sent(b'{"name": "a"}', kind)
    assert (answer.status_code, told(answer)["code"]) == (415, "unsupported-media-type")


def test_a_body_over_the_limit_is_413_and_one_at_the_limit_is_read() -> None:
    at = b'{"name": "a"}'.ljust(MAX_BYTES)
    assert sent(at).status_code == 201
    assert (sent(at + b" ").status_code, told(sent(at + b" "))["code"]) == (413, "too-large")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b" ", "invalid-json"),
        (b"{", "invalid-json"),
        (b'{"name": NaN}', "invalid-json"),
        (b'{"name": "a",}', "invalid-json"),
        (b'{"name": "\xff"}', "invalid-json"),
        (b'{"name": ' + b"9" * 5000 + b"}", "invalid-json"),
        (b"[" * 60_000, "invalid-json"),
        (b"[]", "not-an-object"),
        (b'"a"', "not-an-object"),
        (b"null", "not-an-object"),
        (b'{"name": "a", "name": "b"}', "repeated-field"),
        (b'{"name": "a", "x": {"y": 1, "y": 2}}', "repeated-field"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "repeated-field"),
    ],
)
def test_a_body_that_cannot_be_read_is_400(body: bytes, code: str) -> None:
    answer = sent(body)
    found = told(answer)
    assert (answer.status_code, found["code"]) == (400, "malformed-request")
    assert [(error["pointer"], error["code"]) for error in found["errors"]] == [("", code)]


def test_the_place_of_a_broken_json_is_told_in_both_languages() -> None:
    vi, en = sent(b'{\n"name": }'), sent(b'{\n"name": }', **{"Accept-Language": "en"})
    assert "dòng:cột 2:9" in told(vi)["detail"]
    assert told(en)["detail"] == "The body is not readable JSON at line:column 2:9."
    assert (vi["Content-Language"], en["Content-Language"]) == ("vi", "en")


def test_every_wrong_field_is_told_at_once_and_unknown_ones_are_few() -> None:
    answer = sent(json.dumps({"name": "123456", "call": "x", **{f"la{n}": n for n in range(100)}}))
    found = told(answer)
    assert (answer.status_code, found["code"]) == (422, "invalid-input")
    assert {"/name", "/call"} < {error["pointer"] for error in found["errors"]}
    assert len(found["errors"]) == 22
    assert told(sent("{}"))["errors"] == [{"pointer": "/name", "code": "required", "detail": "Thiếu trường này"}]
