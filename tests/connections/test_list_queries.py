"""Lists of the staff rooms ask the database as often for many rows as for one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.connections.conftest import Chain, Desk
from tests.connections.test_desk_many import Several, several

pytestmark = pytest.mark.xdist_group("many")

__all__ = ["several"]
LISTS = ("connectionrequest", "connection", "grant")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_no_query_for_each_row(chain: Chain, several: Several, desk: Desk, name: str) -> None:
    address = reverse(f"admin:connections_{name}_changelist")
    client, query = desk("operator"), {"tab": "all"} if name == "connectionrequest" else {}
    several(1, "set_up")
    client.get(address, query)
    with CaptureQueriesContext(connection) as one:
        assert client.get(address, query).status_code == 200
    rows = several(3, "set_up")
    with CaptureQueriesContext(connection) as many:
        text = client.get(address, query).content.decode()
    assert all(item.request.system.name in text for item in rows)
    assert len(many) == len(one)
    assert len(many) <= 20
