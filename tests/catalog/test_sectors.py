"""The code list of fields of state management: staff keep it, its codes stay."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Agency, User
from audit.models import Fact
from catalog.models import Sector
from catalog.services.sectors import load_sectors, set_sector
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from tests.catalog.conftest import JOB

ROOM = "/quan-tri/catalog/sector/"


@pytest.mark.clause("QC11.2")
def test_sectors_are_loaded_once_and_staff_keep_what_they_changed(db: None, people: Callable[..., Actor]) -> None:
    assert load_sectors(actor=JOB) == 21
    operator = people("operator", "H60.02")
    found = Sector.objects.get(code="dat-dai")
    set_sector(actor=operator, sector=found, title="Đất đai, địa chính")
    assert load_sectors(actor=JOB) == 0
    kept = Sector.objects.get(code="dat-dai")
    assert (kept.title, kept.is_default) == ("Đất đai, địa chính", False)
    with pytest.raises(InvalidInput):
        set_sector(actor=operator, sector=kept, code="dia-chinh")
    with pytest.raises(InvalidInput):
        set_sector(actor=operator, code="dat-dai", title="Trùng", source="kiểm thử")
    with pytest.raises(PermissionRefused):
        set_sector(actor=people("evaluator", "H60.02"), code="khac", title="Khác", source="kiểm thử")
    assert Sector.objects.count() == 21


def test_staff_enter_and_retire_a_sector_on_its_page(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(person("van-hanh@lgsp.example", agency("H60.02", is_operator=True), "operator"))
    typed = {"code": "thuy-loi", "title": "Thủy lợi", "source": "Quyết định phân công", "active": "on"}
    wrong = client.post(f"{ROOM}add/", {**typed, "code": "Thủy lợi"})
    assert "Mã gồm chữ thường không dấu" in wrong.content.decode()
    assert not Sector.objects.exists()
    assert client.post(f"{ROOM}add/", typed).status_code == 302
    made = Sector.objects.get()
    assert client.post(f"{ROOM}{made.pk}/change/", {**typed, "active": ""}).status_code == 302
    assert not Sector.objects.get().active
    assert list(Fact.objects.order_by("pk").values_list("deed", flat=True)) == ["sector.entered", "sector.changed"]
