"""Structures messages must follow: entered by who keeps the catalogue, judged, never rewritten (QC9.8)."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from audit.models import Fact
from catalog.models import MessageProfile
from catalog.services.profiles import set_profile
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused

ADD = reverse("admin:catalog_messageprofile_add")
SCHEMA = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
FIELDS: dict[str, Any] = {
    "code": "ho-tich",
    "version": "1.0",
    "title": "Thông điệp hộ tịch",
    "source": "Quyết định mẫu",
    "clause": "QC9.8",
    "valid_from": date(2026, 1, 1),
}
Staff = Callable[[str], tuple[Actor, Client]]


@pytest.fixture
def staff(
    agency: Callable[..., Agency],
    person: Callable[..., User],
    actor: Callable[..., Actor],
    signed_in: Callable[[User], Client],
) -> Staff:
    """Return somebody of SKHCN with a role, as actor and browser."""

    def make(role: str) -> tuple[Actor, Client]:
        user = person(f"{role}@lgsp.example", agency("H60.02", is_operator=True), role)
        return actor(user), signed_in(user)

    return make


@pytest.mark.clause("QC9.8", "QC7.2")
def test_the_operator_enters_a_version_and_only_its_days_and_words_change(staff: Staff) -> None:
    acting, client = staff("operator")
    fields = {**FIELDS, "schema": json.dumps(SCHEMA), "valid_from": "01/01/2026"}
    answer = client.post(ADD, fields)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    made = MessageProfile.objects.get()
    assert (made.schema, made.valid_to) == (SCHEMA, None)
    change = reverse("admin:catalog_messageprofile_change", args=[made.pk])
    client.post(change, {**fields, "schema": "{}", "version": "2", "title": "Tên mới", "valid_to": "31/12/2026"})
    made.refresh_from_db()
    assert (made.schema, made.version, made.title, made.valid_to) == (SCHEMA, "1.0", "Tên mới", date(2026, 12, 31))
    with pytest.raises(InvalidInput):
        set_profile(actor=acting, **FIELDS, schema=SCHEMA)  # the same version twice
    assert Fact.objects.filter(deed__startswith="profile.").count() == 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("schema", "{", "không phải JSON"),
        ("schema", "[]", "phải là một đối tượng"),
        ("schema", '{"type": "objekt"}', "/type"),
        ("schema", '{"$ref": "https://example.test/x.json"}', "tham chiếu ra ngoài"),
        ("clause", "QC99.1", "Không có điều khoản"),
        ("code", "Hộ tịch", "Mã gồm chữ thường"),
        ("valid_to", "31/12/2025", "Ngày kết thúc phải sau"),
        ("valid_from", "2026-13-01", "Ngày phải theo dạng"),
    ],
)
def test_what_is_wrong_is_told_with_what_was_typed(staff: Staff, field: str, value: str, words: str) -> None:
    _acting, client = staff("operator")
    fields = {**FIELDS, "schema": json.dumps(SCHEMA), "valid_from": "01/01/2026", field: value}
    answer = client.post(ADD, fields)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert words in text
    assert "Thông điệp hộ tịch" in text
    assert not MessageProfile.objects.exists()


def test_others_read_and_do_not_enter(staff: Staff) -> None:
    call_command("load_profiles", verbosity=0)
    acting, client = staff("evaluator")
    text = client.get(reverse("admin:catalog_messageprofile_changelist")).content.decode()
    assert "minh họa" in text
    assert client.post(ADD, {**FIELDS, "schema": "{}"}).status_code == 403
    with pytest.raises(PermissionRefused):
        set_profile(actor=acting, **FIELDS, schema=SCHEMA)
    assert MessageProfile.objects.count() == 1


def test_the_illustration_is_loaded_once_and_says_that_it_is_one(db: None) -> None:
    for _turn in range(2):
        call_command("load_profiles", verbosity=0)
    made = MessageProfile.objects.get()
    assert (made.illustration, "Minh họa" in made.source) == (True, True)
    assert list(MessageProfile.objects.in_force(date(2025, 12, 31))) == []
