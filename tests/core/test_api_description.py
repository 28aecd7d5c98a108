"""The description of the API: committed, fresh, clean, and readable by people on a light page."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema

from accounts.models import Agency, User
from core.api.reference import groups
from core.api.schema import document, document_text
from core.api.token_schema import TOKEN_ENDPOINT
from core.api.views import PortalView
from tests.house.checkers.pages import of_page

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "docs" / "openapi.yaml"
METHODS = {"get", "post", "put", "patch", "delete"}


def read_yaml(text: str) -> Any:
    """Read as ``yaml.safe_load`` does, a dozen times as fast where the library of C is there."""
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def committed() -> Any:
    return read_yaml(COMMITTED.read_text(encoding="utf-8"))


def operations() -> list[tuple[str, dict]]:
    paths = document()["paths"].items()
    return [(f"{method} {path}", item[method]) for path, item in paths for method in sorted(METHODS & item.keys())]


@pytest.fixture
def client(agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]) -> Client:
    """A signed-in officer of an agency."""
    return signed_in(person("can-bo@lgsp.example", agency("H60.10"), "agency_officer"))


def test_committed_description_is_fresh() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == document_text(), "run ./run manage openapi_docs and commit"


def test_generating_warns_of_nothing_and_the_result_is_valid(tmp_path: Path) -> None:
    GENERATOR_STATS.reset()
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))
    validate_schema(committed())


def test_description_is_of_version_3_1_and_every_operation_has_its_own_id() -> None:
    assert document()["openapi"].startswith("3.1.")
    ids = [item["operationId"] for _name, item in operations()]
    assert len(ids) == len(set(ids)) > 0


@pytest.mark.parametrize(("name", "item"), operations())
def test_operation_is_told_whole(name: str, item: dict) -> None:
    assert item["summary"]
    assert item["description"]
    assert item["tags"][0] in {tag["name"] for tag in document()["tags"]}
    by_client = name == f"post {TOKEN_ENDPOINT}"
    assert item["security"] == ([{"client": []}, {}] if by_client else [{"session": []}])
    assert {"400", "401", "500"} | (set() if by_client else {"403", "406"}) <= item["responses"].keys()
    good = item["responses"]["201" if name.startswith("post ") and not by_client else "200"]
    assert good["description"]
    assert good["content"]["application/json"]["examples"]
    assert "X-Request-Id" in good["headers"]
    for answer in item["responses"].values():
        assert answer.get("$ref", "").removeprefix("#/components/responses/") in {
            "",
            *document()["components"]["responses"],
        }


@pytest.mark.parametrize(("name", "item"), operations())
def test_parameters_have_meaning_and_bounds(name: str, item: dict) -> None:
    for parameter in item.get("parameters", []):
        schema = parameter["schema"]
        assert parameter["description"], parameter["name"]
        bounded = schema["type"] == "boolean" or "enum" in schema or schema.get("format") == "date"
        assert bounded or {"maximum", "minimum"} <= schema.keys() or "maxLength" in schema, parameter["name"]


def test_every_field_has_a_title_or_a_description_in_vietnamese() -> None:
    for name, schema in document()["components"]["schemas"].items():
        for field, row in schema.get("properties", {}).items():
            assert row.get("title") or row.get("description") or field == "data", f"{name}.{field}"


def test_problem_answers_are_problem_json_with_an_example() -> None:
    for code, answer in document()["components"]["responses"].items():
        content = answer["content"]["application/problem+json"]
        assert content["example"]["code"] == code
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}


def views(patterns: list, prefix: str = "") -> Iterator[tuple[str, object]]:
    for item in patterns:
        if isinstance(item, URLResolver):
            yield from views(item.url_patterns, prefix + str(item.pattern))
        elif isinstance(item, URLPattern):
            yield prefix + str(item.pattern), item.callback


def test_every_address_of_the_api_stands_on_the_ground() -> None:
    ours = [(path, view) for path, view in views(get_resolver().url_patterns) if path.startswith("api/v1/")]
    found = {path for path, view in ours if not issubclass(getattr(view, "view_class", object), PortalView)}
    assert len(ours) > 5
    assert found == {"api/v1/docs/", "api/v1/docs/console/"}, "build views on core.api.views"


# -- served ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ("", "*/*", "application/vnd.oai.openapi+json"),
        ("?format=json", "*/*", "application/vnd.oai.openapi+json"),
        ("?format=yaml", "*/*", "application/vnd.oai.openapi"),
        ("", "application/yaml", "application/yaml"),
        ("", "application/json", "application/json"),
    ],
)
def test_description_is_served_as_json_and_yaml(client: Client, query: str, accept: str, kind: str) -> None:
    answer = client.get(f"/api/v1/schema{query}", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer["Content-Type"].split(";")[0] == kind
    text = answer.content.decode()
    read = json.loads(text) if kind.endswith("json") else read_yaml(text)
    assert read["paths"] == committed()["paths"]
    assert (
        client.get(f"/api/v1/schema{query}", headers={"Accept": accept, "If-None-Match": answer["ETag"]}).content
        == b""
    )


def test_visitor_is_led_to_sign_in_and_back() -> None:
    answer = Client().get("/api/v1/docs/")
    assert (answer.status_code, answer["Location"]) == (302, "/dang-nhap/?next=/api/v1/docs/")
    assert Client().get("/api/v1/docs/console/").status_code == 302


def test_reference_shows_every_operation_in_vietnamese(client: Client) -> None:
    answer = client.get("/api/v1/docs/")
    html = answer.content.decode()
    assert answer.status_code == 200
    for name, item in operations():
        assert f'id="{item["operationId"]}"' in html, name
    assert sum(len(group["operations"]) for group in groups()) == len(operations())
    assert "swagger-ui" not in html
    assert of_page(html, "/api/v1/docs/") == []


def test_console_loads_its_own_files_only_under_the_portals_own_policy(client: Client) -> None:
    answer = client.get("/api/v1/docs/console/")
    html = answer.content.decode()
    assert answer["Content-Security-Policy"] == client.get("/danh-ba/")["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)
    assert 'data-schema="/api/v1/schema?format=json"' in html
