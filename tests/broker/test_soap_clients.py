"""A real SOAP client and a plain REST client get the same data from one service, whichever side speaks what."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
import requests
import zeep
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import etree
from zeep.exceptions import Fault
from zeep.transports import Transport

from accounts.models import Agency
from broker.signing import sign
from catalog.models import ServiceVersion
from catalog.projection import load_services
from catalog.selectors.descriptions import reading_of
from catalog.services.data_services import create_service
from catalog.services.demo import load_sample_service
from catalog.services.descriptions import apply, hand_in
from catalog.services.operations import fields_of, set_operation
from catalog.services.upstreams import set_upstream
from catalog.services.versions import create_version, publish_version
from lgsp.provider.soap import WSDL
from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.soaping import communes
from tests.broker.tokens import by_secret
from tests.broker.world import World, signed
from tests.catalog.conftest import JOB, LEGAL, sector

pytestmark = pytest.mark.django_db
FIELDS = ("code", "name", "level", "level_name", "full_name", "province_code", "province_name", "valid_from")


@pytest.fixture(scope="module")
def source() -> Iterator[Live]:
    with communes() as live:
        yield live


@pytest.fixture
def catalogued(
    broker: Live, world: World, agency: Callable[..., Agency], source: Live
) -> Callable[[], Callable[[str], str]]:
    """Put what the catalogue holds before the broker, callable by system 1; give the way to each service."""
    agency("H60.03")

    def load() -> Callable[[str], str]:
        rows = {row.code: row for row in load_services() if row.environment == "sandbox"}
        world.services = dict(rows)
        for number, row in enumerate(rows.values(), 1):
            grant = world.grants[f"QK-{number}"]
            codes = frozenset(item.code for item in row.operations)
            world.grants[grant.code] = replace(grant, service_id=row.service_id, system_id=1, operations=codes)
        broker.reload()
        return lambda code: f"QK-{list(rows).index(code) + 1}"

    return load


@pytest.fixture
def rest_service(source: Live, catalogued: Callable[[], Any]) -> str:
    load_sample_service(actor=JOB, provider_url=f"http://{source.authority}")
    return str(catalogued()("administrative-units"))


def imported(agency: Callable[..., Agency], source: Live) -> ServiceVersion:
    """A service whose operations come from the provider's own WSDL, published."""
    made = create_service(
        actor=JOB, code="xa-phuong", provider=agency("H60.03"), title="Xã, phường", sector=sector(), **LEGAL
    )
    version = create_version(actor=JOB, service=made, name="v1")
    found = hand_in(actor=JOB, version=version, file=SimpleUploadedFile("communes.wsdl", WSDL.read_bytes()))
    apply(actor=JOB, description=found, seen=reading_of(found).difference.seen)
    for operation in version.operations.all():
        classed = [field._replace(data_class="public") for field in fields_of(operation)]
        set_operation(actor=JOB, version=version, operation=operation, elements=classed)
    base = f"http://{source.authority}"
    set_upstream(actor=JOB, version=version, environment="sandbox", base_url=base, health_path="/health")
    return publish_version(actor=JOB, version=version)


def bearer_session(broker: Live, world: World, grant: str) -> requests.Session:
    """Return a session that adds a token to every call, as a SOAP client of our users would."""
    session = requests.Session()
    token = by_secret(broker, world, grant=grant).json["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"
    return session


def soap_client(broker: Live, code: str, session: requests.Session, port: str = "Soap11") -> Any:
    """Build a client from the public WSDL, as it is; only the address is that of the broker under test."""
    answer = Client().get(f"/wsdl/{code}/v1.wsdl")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml; charset=utf-8")
    client = zeep.Client(BytesIO(answer.content), transport=Transport(session=session))  # type: ignore[arg-type]
    return client.create_service(
        f"{{urn:lgsp:data:{code}:v1}}{port}", f"http://{broker.authority}/api/data/-/soap/{code}/v1"
    )


def rest(broker: Live, world: World, grant: str, target: str, method: str = "GET", body: bytes = b"") -> Any:
    headers = signed(world.credentials(grant=grant), broker.authority, target, method, body=body)
    if body:
        headers["Content-Type"] = "application/json"
    answer = broker.send(target, headers, method=method, body=body)
    assert answer.status == 200, answer.body
    return answer.json


class Signing(requests.auth.AuthBase):
    """Signs what a client is about to send, lgsp-1 over the POST."""

    def __init__(self, credentials: Any) -> None:
        self.credentials = credentials

    def __call__(self, request: Any) -> Any:
        parts = requests.compat.urlsplit(request.url)
        body = request.body.encode() if isinstance(request.body, str) else request.body
        made = sign(
            self.credentials,
            method="POST",
            authority=parts.netloc,
            target=parts.path,
            body=body,
            created=int(time.time()),
        )
        request.headers.update(made)
        return request


@pytest.mark.clause("QC6.4")
@pytest.mark.parametrize("port", ["Soap11", "Soap12"])
def test_zeep_and_rest_get_the_same_from_a_rest_provider(
    broker: Live, world: World, log: Log, rest_service: str, port: str
) -> None:
    session = bearer_session(broker, world, rest_service)
    service = soap_client(broker, "administrative-units", session, port)
    plain = rest(broker, world, rest_service, "/api/data/administrative-units/v1/communes?limit=3")
    query = {"Parameter": [{"name": "limit", "_value_1": "3"}]}
    answer = service.list_communes(Query=query)
    assert [{name: row[name] for name in FIELDS} for row in answer.Record] == plain["data"]
    first = plain["data"][0]
    one = service.commune(code=first["code"])
    assert {name: one.Record[0][name] for name in FIELDS} == first
    rows = log.rows("select operation, method, auth, purpose, grant_code from audit_intent order by n desc limit 1")
    assert (rows[0]["operation"], rows[0]["method"], rows[0]["auth"]) == ("commune", "GET", "token")
    assert rows[0]["grant_code"] == rest_service


def test_zeep_signs_its_post_as_any_call_is_signed(broker: Live, world: World, log: Log, rest_service: str) -> None:
    session = requests.Session()
    session.auth = Signing(world.credentials(grant=rest_service))
    service = soap_client(broker, "administrative-units", session)
    plain = rest(broker, world, rest_service, "/api/data/administrative-units/v1/communes?limit=1")["data"][0]
    assert service.commune(code=plain["code"]).Record[0].full_name == plain["full_name"]
    assert log.rows("select auth from audit_intent order by n desc limit 1")[0]["auth"] == "signature"


def test_zeep_hears_our_problem_as_a_fault(broker: Live, world: World, rest_service: str) -> None:
    service = soap_client(broker, "administrative-units", bearer_session(broker, world, rest_service))
    with pytest.raises(Fault) as caught:
        service.commune(code="99999")
    assert caught.value.code.endswith("Client")
    problem = caught.value.detail.find("{urn:lgsp:problem}problem")
    assert (problem.findtext("code"), problem.findtext("status")) == ("provider-rejected", "404")
    assert problem.findtext("answer/error/code") == "not-found"


@pytest.mark.clause("QC6.4")
def test_rest_and_zeep_get_the_same_from_a_soap_provider(
    broker: Live, world: World, log: Log, source: Live, agency: Callable[..., Agency], catalogued: Callable[[], Any]
) -> None:
    imported(agency, source)
    grant = catalogued()("xa-phuong")
    theirs = zeep.Client(f"http://{source.authority}/soap/communes?wsdl")
    binding = "{http://donvihanhchinh.tuyenquang.example/soap}DonViHanhChinhSoap"
    direct = theirs.create_service(binding, f"http://{source.authority}/soap/communes")
    expected = zeep.helpers.serialize_object(direct.DanhSachXa(Cap="phuong", SoDong=3), dict)
    body = json.dumps({"Cap": "phuong", "SoDong": 3}).encode()
    plain = rest(broker, world, grant, "/api/data/xa-phuong/v1/danh-sach-xa", "POST", body)
    assert [row["Ma"] for row in plain["Xa"]] == [row["Ma"] for row in expected["Xa"]]
    assert len(plain["Xa"]) == 3
    one = json.dumps({"Ma": plain["Xa"][0]["Ma"]}).encode()
    assert rest(broker, world, grant, "/api/data/xa-phuong/v1/tra-cuu-xa", "POST", one) == plain["Xa"][0]
    # And by SOAP to our address: SOAP on both sides, JSON between.
    service = soap_client(broker, "xa-phuong", bearer_session(broker, world, grant))
    answered = service.danh_sach_xa(Body={"_value_1": [_text("Cap", "phuong"), _text("SoDong", "3")]})
    assert [row.TenDayDu for row in answered.Record] == [row["TenDayDu"] for row in expected["Xa"]]
    row = log.rows("select operation, method from audit_intent order by n desc limit 1")[0]
    assert (row["operation"], row["method"]) == ("danh-sach-xa", "POST")


def _text(name: str, text: str) -> Any:
    element = etree.Element(name)
    element.text = text
    return element
