"""A report of wrong data may name a call: one of the agency's own systems to that service, no other."""

from typing import Any
from uuid import uuid4

import pytest

from audit.selectors.calls import recent_calls
from catalog.models import DataErrorReport
from catalog.services.data_errors import file_error
from core.problems import InvalidInput
from tests.connections.call_log import log_calls
from tests.connections.conftest import Chain, Desk, publish
from tests.connections.refusing import refused

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC4.5", "QC11.4", "QC15.2")]


@pytest.fixture
def call(chain: Chain) -> Any:
    """The id of a call of the chain's system to its service."""
    chain.set_up()
    log_calls(chain.fresh().grants.open().get(), operation="one")
    return recent_calls(agency_id=chain.agency.pk)[0].call_id


def filed(chain: Chain, call_id: Any, role: str = "technician", **fields: Any) -> DataErrorReport:
    given = {"service": chain.service, "wrong": "Tên cũ", **fields}
    return file_error(actor=chain.actors[role], call_id=call_id, **given)


def test_an_own_call_is_named_and_tells_version_and_operation(chain: Chain, call: Any) -> None:
    made = filed(chain, call)
    assert (made.call_id, made.version, made.operation) == (call, "v1", "one")
    assert filed(chain, call, operation="list").operation == "list"


def test_a_foreign_an_unknown_and_another_services_call_are_refused_alike(chain: Chain, call: Any) -> None:
    other = publish("land-plots", chain.provider)
    texts = [str(refused(InvalidInput, lambda: filed(chain, uuid4())).errors["call_id"])]
    texts.append(str(refused(InvalidInput, lambda: filed(chain, call, service=other)).errors["call_id"]))
    grant = chain.fresh().grants.open().select_related("system", "service__provider").get()
    grant.system.owner, grant.service.provider = chain.provider, chain.agency
    log_calls(grant)
    foreign = next(row for row in recent_calls(agency_id=chain.agency.pk) if row.agency_id == chain.provider.pk)
    assert foreign.provider_id == chain.agency.pk
    texts.append(str(refused(InvalidInput, lambda: filed(chain, foreign.call_id)).errors["call_id"]))
    assert len(set(texts)) == 1
    assert not DataErrorReport.objects.exists()


def test_the_call_list_leads_to_a_form_that_knows_the_call(chain: Chain, call: Any, desk: Desk) -> None:
    listed = desk("technician").get("/nha-phat-trien/nhat-ky/")
    assert f"/sai-lech-du-lieu/moi/?yeu-cau={call}" in listed.content.decode()
    form = desk("technician").get(f"/sai-lech-du-lieu/moi/?yeu-cau={call}").content.decode()
    assert str(call) in form
    assert f'<option value="{chain.service.code}" selected>' in form
    unknown = desk("technician").get(f"/sai-lech-du-lieu/moi/?yeu-cau={uuid4()}")
    assert unknown.status_code == 200
    assert desk("technician").get("/sai-lech-du-lieu/moi/?yeu-cau=abc").status_code == 200
