"""What the broker may know of the catalogue."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import ServiceVersion
from catalog.projection import OperationRow, load_services
from catalog.services.upstreams import set_upstream
from catalog.services.versions import create_version, publish_version, withdraw_version
from tests.catalog.conftest import JOB

Drafts = Callable[..., ServiceVersion]


def test_a_published_version_is_a_row_for_each_environment_with_an_address(draft: Drafts) -> None:
    version = draft()
    assert load_services() == []
    publish_version(actor=JOB, version=version)
    rows = load_services()
    assert [(row.code, row.version, row.environment) for row in rows] == [
        ("administrative-units", "v1", "live"),
        ("administrative-units", "v1", "sandbox"),
    ]
    row = rows[0]
    assert (row.service_id, row.provider_code, row.timeout_ms) == (version.service_id, "H60.03", 10_000)
    operation = version.operations.get()
    assert row.operations == (OperationRow(operation.pk, "communes", "GET", "/communes", "data", ("code", "name")),)
    assert [item.base_url for item in row.upstreams] == ["http://127.0.0.1:9"]
    live = version.upstreams.get(environment="live")
    set_upstream(actor=JOB, version=version, upstream=live, active=False)
    assert [row.environment for row in load_services()] == ["sandbox"]
    withdraw_version(actor=JOB, version=version, reason="Thay bằng v2")
    assert load_services() == []


def test_addresses_come_in_their_order_and_the_call_has_the_longest_time(draft: Drafts) -> None:
    version = publish_version(actor=JOB, version=draft())
    set_upstream(
        actor=JOB, version=version, environment="live", place=2, base_url="http://10.1.2.3", timeout_ms=20_000
    )
    live = next(row for row in load_services() if row.environment == "live")
    assert [item.place for item in live.upstreams] == [1, 2]
    assert live.timeout_ms == 20_000


@pytest.mark.parametrize("count", [1, 5])
def test_it_takes_five_queries_whatever_the_number(draft: Drafts, count: int) -> None:
    for number in range(count):
        version = draft(code=f"service-{number}")
        publish_version(actor=JOB, version=version)
        create_version(actor=JOB, service=version.service, name="v2")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = load_services()
    assert len(rows) == 2 * count
    assert len(queries) == 5
