"""Staff bring agencies in from a file, give one its official code, end another: clicked through, wide and narrow."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Agency
from tests.journeys.conftest import World
from tests.journeys.judging import SIZES, seen_on

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
HEADER = "Mã định danh điện tử;Tên cơ quan;Loại cơ quan;Mã cơ quan cấp trên;Nguồn;Điện thoại\n"


def looked_at(page: Page, name: str, keep: Callable[[Page, str], None]) -> None:
    """Keep a picture and refuse serious faults and sideways scrolling."""
    keep(page, name)
    assert list(seen_on(page)) == [], name


def chosen(page: Page, rows: str) -> None:
    """Choose a file and ask for its preview."""
    page.goto("/quan-tri/accounts/agency/nhap/")
    file = {"name": "danh-ba.csv", "mimeType": "text/csv", "buffer": (HEADER + rows).encode()}
    page.set_input_files("input[type=file]", file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Xem trước thay đổi").click()


@pytest.mark.heavy
def test_staff_import_recode_and_end_agencies(world: World, keep: Callable[[Page, str], None]) -> None:
    first = world.context()
    world.sign_in(first.new_page(), "operator")
    kept = first.storage_state()
    for turn, (width, scheme) in enumerate(SIZES):
        page = world.context(width=width, scheme=scheme, storage_state=kept).new_page()
        new = f"H60.99{turn}"
        chosen(page, f"{new};;Bộ;H60.XX;;\n")
        expect(page.get_by_text("Không có mã H60.XX")).to_be_visible()
        looked_at(page, f"register-preview-wrong-{width}", keep)
        chosen(
            page,
            f"{new};Trung tâm Thử;Đơn vị trực thuộc;H60.02;kiểm thử;\nH60.03;Sở Nội vụ;Sở, ban, ngành;H60;x;{turn}\n",
        )
        looked_at(page, f"register-preview-{width}", keep)
        page.get_by_label("Lý do").fill("Công văn 5")
        page.get_by_role("button", name="Nhập vào danh bạ").click()
        expect(page.get_by_text("1 cơ quan mới, 1 cơ quan thay đổi")).to_be_visible()
        made = Agency.objects.get(code=new)
        page.goto(f"/quan-tri/accounts/agency/{made.pk}/thay-ma/")
        looked_at(page, f"register-code-{width}", keep)
        page.get_by_label("Mã chính thức").fill(f"{new}.1")
        page.get_by_label("Lý do").fill("Công bố mã")
        page.get_by_role("button", name="Thay mã").click()
        expect(page.get_by_text(f"nay có mã chính thức {new}.1")).to_be_visible()
        page.goto(f"/quan-tri/accounts/agency/{made.pk}/ket-thuc/")
        page.get_by_role("button", name="Kết thúc cơ quan").click()
        expect(page.get_by_text("Nhập ngày kết thúc")).to_be_visible()
        looked_at(page, f"register-end-{width}", keep)
        page.get_by_label("Ngày kết thúc").fill("31/12/2026")
        page.get_by_label("Lý do").fill("Nghị quyết 7")
        page.get_by_role("button", name="Kết thúc cơ quan").click()
        expect(page.get_by_text("kết thúc sau ngày 31/12/2026")).to_be_visible()
        made.refresh_from_db()
        assert (made.code, made.code_is_official, str(made.valid_to)) == (f"{new}.1", True, "2026-12-31")
        page.context.close()
