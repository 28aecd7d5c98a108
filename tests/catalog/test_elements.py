"""Fields: typed one a line, classed, found; what others share already is pointed to."""

from collections.abc import Callable
from typing import Any

import pytest
from django import forms

from catalog.elements import Field, LineRefused, read_line, write_line
from catalog.form_fields import ElementsField
from catalog.models import DataElement, Operation, ServiceVersion
from catalog.selectors.elements import MOST_ASKED, already_shared
from catalog.services.operations import set_operation
from catalog.services.versions import deprecate_version, publish_version, withdraw_version
from core import clock
from core.problems import InvalidInput
from tests.catalog.conftest import JOB

Drafts = Callable[..., ServiceVersion]
CITIZEN = [
    ("so_dinh_danh", "Số định danh cá nhân", "chuỗi", "personal"),
    ("ho_ten", "Họ và tên", "chuỗi", "personal"),
    ("que_quan", "Quê quán", "chuỗi", "restricted"),
]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("ma_xa: Mã xã", ("ma_xa", "Mã xã", "", "")),
        ("ma_xa: Mã xã | chuỗi | Dùng chung", ("ma_xa", "Mã xã", "chuỗi", "shared")),
        ("ma_xa: Mã xã || han che", ("ma_xa", "Mã xã", "", "restricted")),
        ("a: b: c | số", ("a", "b: c", "số", "")),
        (" a :  b | | CÁ NHÂN NHẠY CẢM ", ("a", "b", "", "sensitive")),
        ("a: b | chuỗi | personal", ("a", "b", "chuỗi", "personal")),
    ],
)
def test_a_line_is_a_field_and_comes_back_as_typed(line: str, field: tuple[str, ...]) -> None:
    read = read_line(line)
    assert tuple(read) == field
    assert read_line(write_line(read)) == read


@pytest.mark.parametrize("line", ["ma_xa", "a: b | c | d", "a: b | c | Mật", "a: b | c | Hạn chế | e"])
def test_a_line_that_is_no_field_says_how_to_mend_it(line: str) -> None:
    with pytest.raises(LineRefused, match=r"^Dòng «(a|ma_xa)"):
        read_line(line)
    with pytest.raises(forms.ValidationError) as refused:
        ElementsField().clean(f"ok: Được\n{line}")
    assert len(refused.value.messages) == 1


@pytest.mark.clause("QC3.3", "QC4.3")
def test_fields_keep_type_and_class_and_are_found_by_folded_text(draft: Drafts) -> None:
    made = Operation.objects.get(version=draft())
    set_operation(actor=JOB, version=made.version, operation=made, elements=CITIZEN)
    found = DataElement.objects.get(search__contains="dinh danh ca nhan")
    assert (found.name, found.data_type, found.data_class) == ("so_dinh_danh", "chuỗi", "personal")
    set_operation(actor=JOB, version=made.version, operation=made, elements=[Field("ho_ten", "Họ tên", "", "shared")])
    assert list(made.elements.values_list("search", "data_class")) == [("ho ten ho_ten", "shared")]


@pytest.mark.parametrize(
    "wrong", [("a", "A", "chuỗi", "mật"), ("a", "A", "x" * 65), ("a b", "A"), ("a", "x" * 201), ("a", " ", "chuỗi")]
)
def test_a_wrong_field_changes_nothing(draft: Drafts, wrong: tuple[str, ...]) -> None:
    made = Operation.objects.get(version=draft())
    before = list(made.elements.values_list("name", "label"))
    with pytest.raises(InvalidInput) as refused:
        set_operation(actor=JOB, version=made.version, operation=made, elements=[wrong])
    assert set(refused.value.errors) == {"elements"}
    assert list(made.elements.values_list("name", "label")) == before


@pytest.fixture
def citizens(draft: Drafts) -> ServiceVersion:
    """A published service that shares fields of citizens."""
    version = draft(code="citizens", title="Tra cứu công dân", personal_data="basic", provider="H60.07")
    made = Operation.objects.get(version=version)
    set_operation(actor=JOB, version=version, operation=made, elements=CITIZEN)
    return publish_version(actor=JOB, version=version)


@pytest.mark.clause("QC4.4")
@pytest.mark.parametrize(
    ("name", "label", "found"),
    [
        ("sdd", "Số định danh cá nhân", "so_dinh_danh"),
        ("cccd", "so dinh danh ca nhan", "so_dinh_danh"),
        ("so_dinh_danh", "Mã công dân", "so_dinh_danh"),
        ("dinh_danh", "Số định danh của cá nhân", "so_dinh_danh"),
        ("ho_ten", "Họ và tên đầy đủ", "ho_ten"),
        ("code", "Mã thửa đất", ""),
        ("ten", "Tên", ""),
        ("a", "Diện tích", ""),
        ("100%", "_____ %", ""),
    ],
)
def test_what_is_shared_already_is_pointed_to(citizens: ServiceVersion, name: str, label: str, found: str) -> None:
    shared = already_shared([(name, label)], besides=None)
    assert [item.found_name for item in shared] == ([found] if found else [])
    if found:
        assert (shared[0].service_code, shared[0].label) == ("citizens", label)


@pytest.mark.clause("QC4.4")
def test_only_what_is_provided_by_others_counts(citizens: ServiceVersion, draft: Drafts) -> None:
    asked = [("so_dinh_danh", "Số định danh cá nhân")]
    assert already_shared(asked, besides=citizens.service_id) == []
    other = draft(code="land-plots", provider="H60.11")
    made = Operation.objects.get(version=other)
    set_operation(actor=JOB, version=other, operation=made, elements=CITIZEN)
    assert {item.service_code for item in already_shared(asked, besides=None)} == {"citizens"}
    later = clock.today().replace(year=clock.today().year + 1, day=1)
    deprecate_version(actor=JOB, version=citizens, sunset_on=later, reason="Thay thế")
    assert already_shared(asked, besides=None)
    withdraw_version(actor=JOB, version=citizens, reason="Thay thế")
    assert already_shared(asked, besides=None) == []


def test_many_fields_are_asked_in_the_same_statements(
    citizens: ServiceVersion, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    many = [(f"truong_{number}", f"Trường số {number}") for number in range(MOST_ASKED + 50)]
    with django_assert_max_num_queries(7):
        already_shared([("so_dinh_danh", "Số định danh cá nhân"), *many], besides=None)
    assert already_shared([], besides=None) == []
    assert already_shared([("a", " ")], besides=None) == []
