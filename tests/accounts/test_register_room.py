"""The register: judged field by field, codes issued once, found without diacritics, 404 for what is not there."""

import threading
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.choices import AgencyKind
from accounts.models import Agency, AgencyCode, User
from accounts.services.agencies import change_agency, create_agency, end_agency, replace_code
from accounts.services.register import load_register
from audit.models import Fact
from core.actor import Actor, system_actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.shelf import SHELF

JOB = system_actor("kiểm thử")


def fields(**changes: Any) -> dict[str, Any]:
    base = {"name": "Sở Thử nghiệm", "kind": "department", "code": "H60.90", "source": "kiểm thử"}
    return {**base, **changes}


@pytest.mark.clause("QC2.1")
@pytest.mark.usefixtures("db")
def test_the_seed_gives_124_communes_and_loading_again_changes_nothing() -> None:
    assert load_register(actor=JOB) > 150
    assert Agency.objects.filter(kind="commune").count() == 124
    change_agency(actor=JOB, agency=Agency.objects.get(code="H60.03"), phone="0207")
    facts = Fact.objects.count()
    assert load_register(actor=JOB) == 0
    assert Fact.objects.count() == facts
    assert Agency.objects.get(code="H60.03").phone == "0207"


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("minh xuan", "H60.02215"),
        ("MINH XUÂN", "H60.02215"),
        (unicodedata.normalize("NFD", "Minh Xuân"), "H60.02215"),
        ("khoa hoc cong nghe", "H60.02"),
        ("dong van", "H60.00721"),
        ("00715", "H60.00715"),
    ],
)
def test_agencies_are_found_without_diacritics(client: Client, typed: str, code: str) -> None:
    SHELF.take("register", lambda: load_register(actor=JOB))
    assert f"/danh-ba/{code}/" in client.get("/danh-ba/", {"q": typed}).content.decode()


@pytest.mark.clause("QC2.1", "QC2.2", "QC2.3")
@pytest.mark.usefixtures("db")
def test_every_kind_of_body_that_the_regulation_binds_stands_in_the_register(client: Client) -> None:
    # Communes have codes of their own and come with the seed.
    for place, kind in enumerate(set(AgencyKind) - {AgencyKind.COMMUNE}, start=10):
        create_agency(actor=JOB, **fields(code=f"H60.8{place}", name=f"Cơ quan {kind}", kind=kind))
        shown = client.get("/danh-ba/", {"loai": str(kind)}).content.decode()
        assert f"/danh-ba/H60.8{place}/" in shown, kind
        assert shown.count("/danh-ba/H60.8") == 1, kind


@pytest.mark.usefixtures("db")
def test_an_empty_search_says_how_to_go_on(client: Client) -> None:
    page = client.get("/danh-ba/", {"q": "không có đâu", "loai": "department"}).content.decode()
    assert "Không tìm thấy cơ quan nào" in page
    assert "không có đâu" in page


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"code": "h60.90"}, "code", "ví dụ H60.02"),
        ({"code": "H60..1"}, "code", "ví dụ H60.02"),
        ({"code": "H60." + "A" * 40}, "code", "35"),
        ({"code": ""}, "code", "Nhập mã"),
        ({"code": "H60.91"}, "code", "Sở Có trước"),
        ({"name": "  "}, "name", "Nhập tên"),
        ({"kind": "bo"}, "kind", "Chọn loại"),
        ({"source": ""}, "source", "Nhập nguồn"),
        ({"legacy_code": "000.1"}, "legacy_code", "000.00.01.H60"),
        ({"admin_unit_code": "123"}, "admin_unit_code", "5 chữ số"),
        ({"kind": "commune"}, "admin_unit_code", "5 chữ số"),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 31)}, "valid_to", "01/02/2026"),
    ],
)
def test_bad_input_names_the_field_and_the_mend_and_saves_nothing(changes: dict, field: str, said: str) -> None:
    create_agency(actor=JOB, **fields(code="H60.91", name="Sở Có trước"))
    counts = Agency.objects.count(), AgencyCode.objects.count(), Fact.objects.count()
    with pytest.raises(InvalidInput) as refused:
        create_agency(actor=JOB, **fields(**changes))
    assert list(refused.value.errors) == [field]
    assert said in " ".join(map(str, refused.value.errors[field]))
    assert (Agency.objects.count(), AgencyCode.objects.count(), Fact.objects.count()) == counts


@pytest.mark.clause("Q50-8.1")
@pytest.mark.usefixtures("db")
def test_a_replaced_code_is_never_used_again_and_leads_to_its_agency(client: Client) -> None:
    made = create_agency(actor=JOB, **fields())
    replace_code(actor=JOB, agency=made, code="H60.77", is_official=True, reason="Công bố mã")
    with pytest.raises(InvalidInput) as refused:
        create_agency(actor=JOB, **fields(name="Sở Khác"))
    assert "không bao giờ dùng lại" in str(refused.value.errors["code"][0])
    assert client.get("/danh-ba/H60.90/").headers["Location"] == "/danh-ba/H60.77/"


@pytest.mark.usefixtures("db")
def test_cycles_of_parents_are_refused() -> None:
    top = create_agency(actor=JOB, **fields(code="H60.91"))
    middle = create_agency(actor=JOB, **fields(code="H60.92", parent=top))
    low = create_agency(actor=JOB, **fields(code="H60.93", parent=middle))
    for parent in (top, middle, low):
        with pytest.raises(InvalidInput) as refused:
            change_agency(actor=JOB, agency=top, parent=parent)
        assert "parent" in refused.value.errors
    assert Agency.objects.get(pk=top.pk).parent is None


@pytest.mark.usefixtures("db")
def test_an_ended_agency_has_its_successor_and_cannot_end_twice(client: Client) -> None:
    old, new = (
        create_agency(actor=JOB, **fields()),
        create_agency(actor=JOB, **fields(code="H60.91", name="Sở Kế thừa")),
    )
    with pytest.raises(InvalidInput):
        end_agency(actor=JOB, agency=old, valid_to=date(2026, 6, 30), reason="Hợp nhất", successor=old)
    end_agency(actor=JOB, agency=old, valid_to=date(2026, 6, 30), reason="Hợp nhất", successor=new)
    with pytest.raises(StateRefused):
        end_agency(actor=JOB, agency=old, valid_to=date(2026, 7, 30), reason="Lần hai")
    assert "Sở Kế thừa" in client.get("/danh-ba/H60.90/").content.decode()


@pytest.mark.usefixtures("db")
def test_the_second_of_two_editors_is_told_who_was_faster() -> None:
    made = create_agency(actor=JOB, **fields())
    change_agency(actor=JOB, agency=made, version=1, phone="1")
    with pytest.raises(StateRefused, match="kiểm thử vừa thay đổi"):
        change_agency(actor=JOB, agency=made, version=1, phone="2")
    assert Agency.objects.get(pk=made.pk).phone == "1"


def test_only_those_who_manage_the_register_change_it(
    agency: Callable[..., Agency], person: Callable[..., User], actor: Callable[..., Actor]
) -> None:
    officer = actor(person("a@lgsp.example", agency(), "agency_admin"))
    with pytest.raises(PermissionRefused):
        create_agency(actor=officer, **fields(code="H60.94"))
    assert not Agency.objects.filter(code="H60.94").exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_entering_the_same_code_at_once_make_one_agency() -> None:
    outcomes: list[str] = []

    def enter() -> None:
        try:
            create_agency(actor=JOB, **fields())
            outcomes.append("made")
        except InvalidInput as refused:
            outcomes.append(",".join(refused.errors))
        finally:
            connection.close()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["code", "code", "code", "made"]
    assert Agency.objects.filter(code="H60.90").count() == 1


def test_the_staff_form_keeps_what_was_typed_and_says_what_is_wrong(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(person("v@lgsp.example", agency("H60.02", is_operator=True), "operator"))
    typed = fields(name="Sở Gõ Dở", code="H60.02", unit_level="", may_file="on")
    page = client.post("/quan-tri/accounts/agency/add/", typed)
    text = page.content.decode()
    assert page.status_code == 200
    assert 'value="Sở Gõ Dở"' in text
    assert not Agency.objects.filter(name="Sở Gõ Dở").exists()
    done = client.post("/quan-tri/accounts/agency/add/", {**typed, "code": "H60.95"})
    assert done.status_code == 302
    assert Fact.objects.filter(deed="agency.created", actor_name__startswith="Cán bộ v").exists()


def test_the_api_lists_filters_and_refuses_unknown_parameters(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(person("a@lgsp.example", agency(), "agency_officer"))
    create_agency(actor=JOB, **fields(code="H60.96", name="Sở Đất đai"))
    found = client.get("/api/v1/agencies", {"q": "dat dai"}).json()
    assert [row["code"] for row in found["data"]] == ["H60.96"]
    refused = client.get("/api/v1/agencies", {"mau": "1"})
    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["errors"][0]["parameter"] == "mau"
    assert client.get("/api/v1/agencies/H60.XX").json()["code"] == "not-found"
    assert Client().get("/api/v1/agencies").status_code == 401
