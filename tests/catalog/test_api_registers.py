"""Systems, services, code lists and standards over the management API: by right, without what is nobody's business."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Agency, Membership
from catalog.models import CodeListEntry, DataService, InformationSystem, MessageProfile, Purpose, ServiceVersion
from catalog.services.operations import set_operation
from catalog.services.profiles import set_profile
from catalog.services.purposes import load_purposes, set_purpose
from catalog.services.standards import set_standard, set_standard_services
from catalog.services.system_codes import replace_system_code
from catalog.services.system_people import name_contact
from catalog.services.upstreams import set_upstream
from catalog.services.versions import create_version, publish_version, withdraw_version
from core import clock
from core.actor import Actor
from tests.catalog.conftest import JOB, holder, sector

pytestmark = pytest.mark.django_db
Systems = Callable[..., InformationSystem]
Clients = Callable[..., Client]
SOURCE = "http://127.0.0.1:9/he-thong-nguon"


def codes(client: Client, noun: str, **query: str) -> list[str]:
    answer = client.get(f"/api/v1/{noun}", query)
    assert answer.status_code == 200, answer.content
    return [row["code"] for row in answer.json()["data"]]


def cost(client: Client, address: str) -> int:
    """Return how many queries a signed-in page takes."""
    client.get("/api/v1/me")  # the first request of a session writes when it began
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


# -- systems -----------------------------------------------------------------------------------------
@pytest.mark.clause("QC3.2", "QC7.6", "QC8.3")
def test_systems_are_read_by_their_agency_and_by_skhcn(system: Systems, client_of: Clients) -> None:
    own, other = system(name="Một cửa điện tử"), system("H60.91", name="Hộ tịch")
    assert codes(client_of("agency_officer"), "systems") == [own.code]
    assert codes(client_of("technician", "H60.91"), "systems") == [other.code]
    assert set(codes(client_of("evaluator", "H60.02"), "systems")) == {own.code, other.code}
    for role, code in (("provider_officer", "H60.90"), ("agency_admin", "H60.90"), ("province_leader", "H60.01")):
        answer = client_of(role, code).get("/api/v1/systems")
        assert (answer.status_code, answer.json()["code"]) == (403, "permission-refused")
    assert Client().get(f"/api/v1/systems/{own.code}").status_code == 401
    assert client_of("agency_officer").get(f"/api/v1/systems/{other.code}").status_code == 404
    shown = client_of("agency_officer").get(f"/api/v1/systems/{own.code}").json()
    assert (shown["owner"], shown["networks"], shown["state"]) == ("H60.90", ["10.20.30.0/24"], own.state)


@pytest.mark.clause("QC3.2")
def test_systems_are_found_by_words_owner_kind_and_state(system: Systems, client_of: Clients) -> None:
    first, second = system(name="Đất đai"), system("H60.91", name="Hộ tịch", kind="database")
    staff = client_of("evaluator", "H60.02")
    for query, found in (
        ({"q": "dat dai"}, [first.code]),
        ({"q": "Đất đai"}, [first.code]),
        ({"owner": "H60.91"}, [second.code]),
        ({"kind": "database"}, [second.code]),
        ({"state": "retired"}, []),
        ({"sort": "-code"}, [second.code, first.code]),
    ):
        assert codes(staff, "systems", **query) == found, query
    for query, name in (({"kind": "x"}, "kind"), ({"state": "x"}, "state"), ({"owner": "x" * 36}, "owner")):
        answer = staff.get("/api/v1/systems", query)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["parameter"] == name


@pytest.mark.clause("QC7.6")
def test_a_code_no_longer_used_leads_to_the_system(system: Systems, client_of: Clients) -> None:
    found = system()
    former = found.code
    replace_system_code(actor=JOB, system=found, code="000.00.01.H60", basis="Văn bản cấp mã")
    shown = client_of("agency_officer").get(f"/api/v1/systems/{former}").json()
    assert (shown["code"], shown["former_codes"], shown["code_is_official"]) == ("000.00.01.H60", [former], True)


@pytest.mark.clause("QC3.2", "QC8.3")
def test_who_answers_for_a_system_is_not_in_lists(
    system: Systems, client_of: Clients, agency: Callable[..., Agency], person: Any
) -> None:
    found, named = system(), holder("technician", "H60.90", agency, person)
    name_contact(actor=JOB, system=found, side="owner", person=named, duty="Trực kỹ thuật")
    staff = client_of("evaluator", "H60.02")
    for address in ("/api/v1/systems", f"/api/v1/systems/{found.code}"):
        page = staff.get(address).content.decode()
        assert named.full_name not in page
        assert named.email not in page


# -- services ----------------------------------------------------------------------------------------
@pytest.fixture
def second_draft(published: DataService) -> ServiceVersion:
    """The next version of the published service, still being written."""
    made = create_version(actor=JOB, service=published, name="v2")
    elements = [("secret_plan", "Trường của bản nháp", "chuỗi", "restricted")]
    operation = {"code": "next", "title": "Bản nháp", "method": "GET", "template": "/ban-nhap"}
    set_operation(actor=JOB, version=made, record_path="", elements=elements, **operation)
    set_upstream(actor=JOB, version=made, environment="live", base_url=SOURCE)
    return made


@pytest.mark.clause("QC11.2", "QC4.4")
def test_a_service_tells_its_legal_items_and_what_it_answers(published: DataService, client_of: Clients) -> None:
    shown = client_of("agency_officer").get("/api/v1/services/administrative-units").json()
    assert (shown["provider"], shown["sharing_method"], shown["sector"]) == ("H60.03", "online", sector().code)
    [version] = shown["versions"]
    assert (version["name"], version["state"], version["sunset_on"]) == ("v1", "published", None)
    [operation] = version["operations"]
    assert (operation["code"], operation["method"], operation["template"]) == ("communes", "GET", "/communes")
    assert [row["name"] for row in operation["elements"]] == ["code", "name"]
    assert operation["elements"][0]["data_class"] == "public"


@pytest.mark.clause("QC11.2", "QC8.3")
def test_drafts_are_the_providers_and_skhcns(
    second_draft: ServiceVersion, service: Callable[..., DataService], client_of: Clients
) -> None:
    service("land-plots", "H60.03", title="Thửa đất")
    for role, code, names, found in (
        ("provider_officer", "H60.03", ["v2", "v1"], {"administrative-units", "land-plots"}),
        ("operator", "H60.02", ["v2", "v1"], {"administrative-units", "land-plots"}),
        ("provider_officer", "H60.90", ["v1"], {"administrative-units"}),
        ("agency_officer", "H60.03", ["v1"], {"administrative-units"}),
        ("province_leader", "H60.01", ["v1"], {"administrative-units"}),
    ):
        client = client_of(role, code)
        assert set(codes(client, "services")) == found, role
        answer = client.get("/api/v1/services/administrative-units")
        assert [row["name"] for row in answer.json()["versions"]] == names, role
        assert ("secret_plan" in client.get("/api/v1/services").content.decode()) is (len(names) == 2), role
        assert (client.get("/api/v1/services/land-plots").status_code == 200) is (len(found) == 2), role


@pytest.mark.clause("QC11.2", "QC14.7", "QC8.4")
def test_no_address_of_a_source_system_and_no_foreign_capacity_is_told(
    second_draft: ServiceVersion, client_of: Clients
) -> None:
    DataService.objects.update(capacity_per_day=77_001)
    for role, code, told in (
        ("agency_officer", "H60.90", False),
        ("provider_officer", "H60.90", False),
        ("provider_officer", "H60.03", True),
        ("operator", "H60.02", True),
    ):
        for address in ("/api/v1/services", "/api/v1/services/administrative-units"):
            page = client_of(role, code).get(address).content.decode()
            assert "127.0.0.1" not in page
            assert "upstream" not in page
            assert ("77001" in page) is told, role


@pytest.mark.clause("QC11.2")
def test_services_are_found_by_words_provider_class_and_publication(
    published: DataService, service: Callable[..., DataService], client_of: Clients
) -> None:
    service("land-plots", "H60.07", title="Đất đai", sharing_class="private")
    staff = client_of("operator", "H60.02")
    for query, found in (
        ({"q": "dat dai"}, ["land-plots"]),
        ({"q": "đơn vị"}, ["administrative-units"]),
        ({"provider": "H60.07"}, ["land-plots"]),
        ({"sector": sector().code}, ["land-plots", "administrative-units"]),
        ({"sharing_class": "private"}, ["land-plots"]),
        ({"published": "true"}, ["administrative-units"]),
        ({"published": "false"}, ["land-plots"]),
        ({"q": "dat dai", "published": "true"}, []),
    ):
        assert sorted(codes(staff, "services", **query)) == sorted(found), query
    for query in ({"published": "yes"}, {"sharing_class": "secret"}, {"q": " "}, {"state": "draft"}):
        assert staff.get("/api/v1/services", query).status_code == 400, query


@pytest.mark.clause("QC11.2")
def test_a_withdrawn_service_is_found_no_more(published: DataService, client_of: Clients) -> None:
    withdraw_version(actor=JOB, version=ServiceVersion.objects.get(), reason="Thay bằng dịch vụ khác")
    assert client_of("agency_officer").get("/api/v1/services/administrative-units").status_code == 404
    assert codes(client_of("agency_officer"), "services") == []


def test_pages_versions_and_cost_of_services(
    published: DataService, draft: Callable[..., ServiceVersion], client_of: Clients
) -> None:
    client = client_of("agency_officer")
    one = cost(client, "/api/v1/services")
    for code in ("cadastre", "land-plots"):
        publish_version(actor=JOB, version=draft(code=code, title=f"Dịch vụ {code}"))
    assert cost(client, "/api/v1/services") == one
    first = client.get("/api/v1/services", {"limit": 2, "sort": "code"}).json()
    rest = client.get("/api/v1/services", {"limit": 2, "sort": "code", "cursor": first["next_cursor"]}).json()
    assert [row["code"] for row in first["data"] + rest["data"]] == ["administrative-units", "cadastre", "land-plots"]
    assert rest["next_cursor"] is None
    answer = client.get("/api/v1/services/cadastre")
    assert client.get("/api/v1/services/cadastre", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    DataService.objects.filter(code="cadastre").update(summary="Khác trước")
    assert client.get("/api/v1/services/cadastre", headers={"If-None-Match": answer["ETag"]}).status_code == 200


# -- code lists and standards ------------------------------------------------------------------------
@pytest.mark.clause("QC4.6")
def test_purposes_and_sectors_are_everybodys(client_of: Clients) -> None:
    load_purposes(actor=JOB)
    ended = Purpose.objects.order_by("code")[0]
    set_purpose(actor=JOB, purpose=ended, active=False)
    client = client_of("agency_admin")
    assert ended.code not in codes(client, "purposes", active="true")
    # The purpose of trials is seeded out of use: the platform alone gives it.
    assert codes(client, "purposes", active="false") == [ended.code, "integration-trial"]
    assert sector().code in codes(client, "sectors")
    assert client.get("/api/v1/sectors", {"active": "1"}).status_code == 400
    for noun in ("purposes", "sectors", "message-profiles", "standards"):
        assert Client().get(f"/api/v1/{noun}").status_code == 401


@pytest.mark.clause("QC9.8")
def test_structures_of_messages_tell_what_applies_today(client_of: Clients) -> None:
    fields: dict[str, Any] = {"code": "ho-tich", "title": "Thông điệp hộ tịch", "source": "Mẫu", "clause": "QC9.8"}
    schema = {"type": "object", "properties": {"id": {"type": "string"}}}
    last = date(2026, 6, 30)
    set_profile(actor=JOB, version="1", schema=schema, valid_from=date(2026, 1, 1), valid_to=last, **fields)
    set_profile(actor=JOB, version="2", schema=schema, valid_from=last + timedelta(days=1), **fields)
    client = client_of("technician")
    shown = client.get("/api/v1/message-profiles", {"in_force": "true", "code": "ho-tich"}).json()["data"]
    assert [(row["version"], row["schema"]) for row in shown] == [("2", schema)]
    others = MessageProfile.objects.in_force(clock.today()).count()
    assert len(client.get("/api/v1/message-profiles", {"in_force": "true"}).json()["data"]) == others
    assert len(client.get("/api/v1/message-profiles", {"in_force": "false"}).json()["data"]) == 1


@pytest.mark.clause("QC4.1", "QC4.2", "Q50-15.1")
def test_standards_with_their_services_and_codes(
    published: DataService, service: Callable[..., DataService], client_of: Clients
) -> None:
    values: dict[str, Any] = {"issuer": "Bộ (mẫu)", "source": "Công báo", "valid_from": date(2026, 1, 1)}
    found = set_standard(actor=JOB, kind="code_list", number="DM-1", title="Danh mục mẫu", **values)
    set_standard(actor=JOB, kind="plan", number="KH-1", title="Kế hoạch", **{**values, "valid_to": date(2026, 2, 1)})
    hidden = service("land-plots", "H60.07")
    set_standard_services(actor=JOB, standard=found, services=[published, hidden])
    CodeListEntry.objects.bulk_create(
        CodeListEntry(standard=found, code=f"{n:02d}", title=f"Mục {n}", search=f"muc {n}") for n in range(5)
    )
    client = client_of("agency_representative")
    rows = client.get("/api/v1/standards", {"in_force": "true", "kind": "code_list"}).json()["data"]
    assert [(row["number"], row["services"]) for row in rows] == [("DM-1", ["administrative-units"])]
    assert client.get(f"/api/v1/standards/{found.pk}").json() == rows[0]
    assert [row["number"] for row in client.get("/api/v1/standards", {"q": "ke hoach"}).json()["data"]] == ["KH-1"]
    assert [row["number"] for row in client.get("/api/v1/standards", {"in_force": "false"}).json()["data"]] == ["KH-1"]
    address = f"/api/v1/standards/{found.pk}/entries"
    first = client.get(address, {"limit": 3}).json()
    rest = client.get(address, {"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [row["code"] for row in first["data"] + rest["data"]] == ["00", "01", "02", "03", "04"]
    assert [row["code"] for row in client.get(address, {"q": "Mục 4"}).json()["data"]] == ["04"]
    for missing in ("/api/v1/standards/999999", "/api/v1/standards/999999/entries"):
        assert client.get(missing).status_code == 404
    assert cost(client, "/api/v1/standards") == cost(client, "/api/v1/standards?limit=1")


@pytest.mark.clause("QC8.3")
def test_numbers_beyond_the_database_are_not_found(client_of: Clients) -> None:
    client = client_of("agency_officer")
    for address in ("/api/v1/standards/99999999999999999999", "/api/v1/standards/99999999999999999999/entries"):
        assert client.get(address).status_code in (400, 404)


def test_someone_without_a_role_reads_nothing(client_of: Clients, people: Callable[..., Actor]) -> None:
    client = client_of("agency_officer")
    holder_id = people("agency_officer").user_id
    Membership.objects.filter(user_id=holder_id).update(valid_to=clock.today() - timedelta(days=1))
    assert client.get("/api/v1/services").status_code == 403
