"""What evidence says is read by people: each deed, and each column of a governed table, has a Vietnamese name."""

import ast
from collections.abc import Iterator

import pytest
from django.apps import apps

from audit.deeds import named
from audit.selectors.differences import _field
from lgsp.governed import GOVERNED
from tests.house.checkers.language import strangers
from tests.house.checkers.project import ROOT, sources

pytestmark = pytest.mark.xdist_group("sources")

FLOORS = ("accounts/", "catalog/", "connections/", "audit/", "incidents/", "reports/", "lgsp/")
# Names of formats, and what stands in a key or a document as it is.
AS_THEY_ARE = {"API", "OpenAPI", "URL", "IP", "SHA-256", "HTTP", "SOAP", "TLS", "XML", "JSON", "TOTP", "WSDL", "CIDR"}


def _written() -> Iterator[tuple[str, str]]:
    """Give each deed that a call names outright, with its file."""
    for source in sources(ROOT, None, ".py"):
        if source.name.startswith(FLOORS):
            for node in source.every(ast.keyword):
                if node.arg == "deed" and not isinstance(node.value, ast.JoinedStr):
                    for part in ast.walk(node.value):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str) and "." in part.value:
                            yield part.value, source.name


def test_each_deed_has_a_name() -> None:
    written = dict(_written())
    assert len(written) > 150
    assert {deed: place for deed, place in written.items() if named(deed) == deed} == {}


def test_each_shown_column_of_a_governed_table_has_a_name() -> None:
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    nameless = []
    for table, watched in GOVERNED.items():
        for field in models[table]._meta.concrete_fields:
            if field.primary_key or field.name in watched.quiet:
                continue
            _found, name = _field(models[table], field.name)
            if set(strangers(name)) - AS_THEY_ARE:
                nameless.append(f"{table}.{field.name}: {name}")
    assert nameless == []
