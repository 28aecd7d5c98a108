"""The paper of a test record: a draft until both sides agreed, void with its round (P6 of ux.md §5)."""

import pytest

from audit.models import Fact
from connections.choices import PrintoutKind
from connections.models import Printout
from connections.printouts.files import FORMATS
from tests.connections.conftest import Chain
from tests.connections.papers import text_of


@pytest.mark.clause("QC10.4")
def test_a_record_is_a_draft_until_both_sides_confirmed_and_void_with_its_round(chain: Chain) -> None:
    chain.finish()

    def record() -> Printout:
        return Printout.objects.in_force().get(request=chain.request, kind=PrintoutKind.TEST_RECORD)

    for ending in FORMATS:
        said = text_of(record(), ending)
        assert "BẢN DỰ THẢO" in said
        assert "(Chưa xác nhận)" in said
    first = record()
    chain.confirm_as("operator")
    assert "còn chờ Cơ quan quản lý hệ thống." in text_of(record(), "docx")
    assert record().replaces == first
    chain.confirm_as("agency_representative", agreed=False, remark="Thiếu ca đọc một đơn vị")
    assert not Printout.objects.in_force().filter(request=chain.request, kind=PrintoutKind.TEST_RECORD).exists()
    assert Fact.objects.filter(deed="printout.withdrawn").count() == 1
    chain.finish_again()
    chain.confirm_as("operator")
    chain.confirm_as("agency_representative")
    said = text_of(record(), "docx")
    assert "DỰ THẢO" not in said
    assert said.count("Xác nhận trên hệ thống lúc") == 2
