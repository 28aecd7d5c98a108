"""Structures messages must follow: entered by who keeps the catalogue, judged, never rewritten (QC9.8)."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

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
    fields = {**FIELDS, "form": "json", "content": json.dumps(SCHEMA), "valid_from": "01/01/2026"}
    answer = client.post(ADD, fields)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    made = MessageProfile.objects.get()
    assert (made.schema, made.valid_to) == (SCHEMA, None)
    change = reverse("admin:catalog_messageprofile_change", args=[made.pk])
    client.post(change, {**fields, "content": "{}", "version": "2", "title": "Tên mới", "valid_to": "31/12/2026"})
    made.refresh_from_db()
    assert (made.schema, made.version, made.title, made.valid_to) == (SCHEMA, "1.0", "Tên mới", date(2026, 12, 31))
    with pytest.raises(InvalidInput):
        set_profile(actor=acting, **FIELDS, schema=SCHEMA)  # the same version twice
    assert Fact.objects.filter(deed__startswith="profile.").count() == 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("content", "{", "không phải JSON đúng cú pháp, dòng 1"),
        ("content", "[]", "phải là một đối tượng"),
        ("content", " ", "Dán nội dung cấu trúc hoặc chọn tệp"),
        ("content", '{"type": "objekt"}', "/type"),
        ("content", '{"$ref": "https://example.test/x.json"}', "tham chiếu ra ngoài"),
        ("content", '{"$ref": "#"}', "vòng về chính nó"),
        ("content", '{"pattern": "^(a+)+$"}', "có thể chạy mãi không dừng"),
        ("form", "xsd", "không phải XML đúng cú pháp"),
        ("form", "wsdl", "Chọn"),
        ("clause", "QC99.1", "Không có điều khoản"),
        ("code", "Hộ tịch", "Mã gồm chữ thường"),
        ("valid_to", "31/12/2025", "Ngày kết thúc phải sau"),
        ("valid_from", "2026-13-01", "Ngày phải theo dạng"),
    ],
)
def test_what_is_wrong_is_told_with_what_was_typed(staff: Staff, field: str, value: str, words: str) -> None:
    _acting, client = staff("operator")
    fields = {**FIELDS, "form": "json", "content": json.dumps(SCHEMA), "valid_from": "01/01/2026", field: value}
    answer = client.post(ADD, fields)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert words in text, answer.context["adminform"].form.errors
    assert "Thông điệp hộ tịch" in text
    if field == "content":
        assert escape(value) in text
    assert not MessageProfile.objects.exists()


def test_others_read_and_do_not_enter(staff: Staff) -> None:
    call_command("load_profiles", verbosity=0)
    acting, client = staff("evaluator")
    text = client.get(reverse("admin:catalog_messageprofile_changelist")).content.decode()
    assert "minh họa" in text
    assert client.post(ADD, {**FIELDS, "form": "json", "content": "{}"}).status_code == 403
    with pytest.raises(PermissionRefused):
        set_profile(actor=acting, **FIELDS, schema=SCHEMA)
    assert MessageProfile.objects.count() == 1


def test_the_illustration_is_loaded_once_and_says_that_it_is_one(db: None) -> None:
    for _turn in range(2):
        call_command("load_profiles", verbosity=0)
    made = MessageProfile.objects.get()
    assert (made.illustration, "Minh họa" in made.source) == (True, True)
    assert list(MessageProfile.objects.in_force(date(2025, 12, 31))) == []


# -- files, and XSD --------------------------------------------------------------------------------
XSD = """<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="hoTich" type="xs:string"/>
</xs:schema>
"""


def with_file(name: str, given: bytes, **fields: Any) -> dict[str, Any]:
    base = {**FIELDS, "form": "xsd", "content": "", "valid_from": "01/01/2026"}
    return {**base, **fields, "file": SimpleUploadedFile(name, given)}


@pytest.mark.clause("QC4.9")
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with-mark"])
def test_a_file_takes_the_place_of_the_box(staff: Staff, mark: bytes) -> None:
    _acting, client = staff("operator")
    answer = client.post(ADD, with_file("ho-tich.xsd", mark + XSD.encode(), content="thay bằng tệp"))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    made = MessageProfile.objects.get()
    assert (made.form, made.xsd, made.schema) == ("xsd", XSD, None)
    page = client.get(reverse("admin:catalog_messageprofile_change", args=[made.pk])).content.decode()
    assert "&lt;xs:element name=&quot;hoTich&quot;" in page
    assert "Chưa dịch vụ nào áp dụng" in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (XSD.replace("xs:string", "xs:chuoi").encode(), "Tên «chuoi» không trỏ tới phần nào, dòng 3"),
        (XSD.replace("</xs:schema>", "").encode(), "không phải XML đúng cú pháp"),
        (XSD.encode("utf-16"), "không ở mã UTF-8"),
        (b"", "Dán nội dung cấu trúc hoặc chọn tệp"),
        (b"x" * 1_100_000, "lớn hơn 1 MB"),
        (XSD.encode() + b"\0", "ký tự không in được"),
    ],
    ids=["name", "cut-off", "utf-16", "empty", "large", "nul"],
)
def test_a_file_that_is_wrong_is_told_and_its_text_stays_in_the_box(staff: Staff, content: bytes, words: str) -> None:
    _acting, client = staff("operator")
    answer = client.post(ADD, with_file("ho-tich.xsd", content))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert words in text, answer.context["adminform"].form.errors
    if b"xs:element" in content and b"\0" not in content:
        assert "xs:element name=&quot;hoTich&quot;" in text
    assert not MessageProfile.objects.exists()


def test_what_both_forms_say_is_kept_by_the_database(staff: Staff) -> None:
    acting, _client = staff("operator")
    made = set_profile(actor=acting, **FIELDS, form="xsd", content=XSD)
    assert (made.content, made.judged_by) == (XSD, XSD)
    made.schema = {}
    with pytest.raises(IntegrityError):
        made.save()
