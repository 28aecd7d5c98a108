"""Anybody checks a published report by its code and its file by its hash; of others nothing is said (QC14.5, U8)."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core import files
from reports.choices import RunState
from reports.models import ReportRun
from reports.services import verification
from tests.reports.conftest import Desk
from tests.reports.published import published

ENTRY = "/xac-minh-bao-cao/"
GONE = "Không có báo cáo nào mang mã này"
Published = Callable[[], tuple[ReportRun, bytes]]


@pytest.fixture(autouse=True)
def _no_tries_before(monkeypatch: Any) -> None:
    monkeypatch.setattr(verification, "take_try", lambda *args, **kwargs: None)
    monkeypatch.setattr(verification, "give_back", lambda *args: None)


@pytest.fixture
def written(desk: Desk) -> ReportRun:
    """A report nobody has published yet."""
    return desk.write()


@pytest.fixture
def shown(desk: Desk) -> ReportRun:
    """A published one."""
    return published(desk)


def page(run: ReportRun) -> str:
    """Return the address the QR code of *run* leads to."""
    return reverse("verify_report", args=[run.code])


def read(client: Client, address: str, status: int = 200, **given: Any) -> str:
    """Return what a page says, spaces made one."""
    answer = client.post(address, given) if given else client.get(address)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


@pytest.mark.clause("QC14.5")
def test_a_published_report_is_told_with_its_period_day_and_hashes(shown: ReportRun, client: Client) -> None:
    said = read(client, page(shown))
    for text in (shown.code, "Sở Khoa học và Công nghệ", "Đã phát hành", shown.sha256, "Phát hành ngày"):
        assert text in said
    assert "số liệu tạm tính" in said
    answer = client.get(page(shown))
    assert (answer["X-Robots-Tag"], answer["Cache-Control"].split(",")[0]) == ("noindex, nofollow", "max-age=0")


def test_one_not_published_and_one_that_never_was_get_the_same_answer(written: ReportRun, client: Client) -> None:
    def bare(code: str) -> str:
        said = read(client, reverse("verify_report", args=[code]), status=404)
        return said[said.index("<main") : said.index("</main>")]

    hidden = bare(written.code)
    assert GONE in hidden
    assert hidden == bare("BC-T-19990131") == bare("x" * 200)
    assert written.sha256 not in hidden or not written.sha256


def test_a_replaced_report_says_so(shown: ReportRun, client: Client) -> None:
    ReportRun.objects.filter(pk=shown.pk).update(state=RunState.SUPERSEDED, superseded_at=shown.requested_at)
    said = read(client, page(shown))
    assert "Đã được thay thế bằng báo cáo khác" in said
    assert "còn hiệu lực" not in said


@pytest.mark.parametrize("form", ["{}", "{} ", "SHA", "spaced"])
def test_a_typed_hash_is_compared_however_it_is_written(shown: ReportRun, client: Client, form: str) -> None:
    digest = shown.sha256
    typed = {"SHA": digest.upper(), "spaced": " ".join(digest[n : n + 8] for n in range(0, 64, 8))}
    assert "Trùng với tệp đã phát hành" in read(client, page(shown), sha256=typed.get(form, form.format(digest)))
    assert "Không trùng với tệp nào" in read(client, page(shown), sha256="0" * 64)


def test_a_hash_of_the_wrong_length_is_explained_and_kept(shown: ReportRun, client: Client) -> None:
    said = read(client, page(shown), sha256="abc")
    assert "64 ký tự" in said
    assert "mã đã nhập có 3 ký tự" in said
    assert 'value="abc"' in said
    assert "Nhập mã băm, hoặc chọn tệp để so" in read(client, page(shown), sha256="")


def test_an_uploaded_file_is_hashed_and_not_kept(shown: ReportRun, client: Client, settings: Any) -> None:
    before = sorted(settings.MEDIA_ROOT.rglob("*"))
    original = files.fetch(shown.sha256)
    assert sha256(original).hexdigest() == shown.sha256
    same = read(client, page(shown), file=SimpleUploadedFile("bao-cao.docx", original))
    assert "Trùng với tệp đã phát hành" in same
    other = read(client, page(shown), file=SimpleUploadedFile("=x.docx", original + b" "))
    assert "Không trùng với tệp nào" in other
    assert sha256(original + b" ").hexdigest() in other
    assert sorted(settings.MEDIA_ROOT.rglob("*")) == before
    settings.UPLOAD_MAX_BYTES = 10
    heavy = read(client, page(shown), file=SimpleUploadedFile("a.docx", original))
    assert "tối đa" in heavy
    assert "Không trùng" not in heavy


def test_the_entry_leads_to_the_page_of_a_code(client: Client) -> None:
    assert client.get(ENTRY, {"code": " bc-t-20261130 "})["Location"] == f"{ENTRY}BC-T-20261130/"
    said = read(client, f"{ENTRY}?code=%C4%90%3Cb%3E")
    assert "Mã báo cáo chưa đúng dạng" in said
    assert "<b>" not in said
    assert "In dưới chân mỗi trang báo cáo" in read(client, ENTRY)


def test_wrong_codes_are_counted_and_right_ones_given_back(shown: ReportRun, client: Client, monkeypatch: Any) -> None:
    counted: list[str] = []
    monkeypatch.setattr(verification, "take_try", lambda room, *args, **kwargs: counted.append(room))
    monkeypatch.setattr(verification, "give_back", lambda room, *args: counted.append(f"-{room}"))
    read(client, reverse("verify_report", args=["BC-X"]), status=404)
    read(client, page(shown), sha256="0" * 64)
    read(client, page(shown), file=SimpleUploadedFile("a", b"x"))
    assert counted == ["verify-report", *["verify-report", "-verify-report"] * 2, "hash-report"]


@pytest.mark.django_db
def test_too_many_wrong_codes_close_the_page(client: Client, settings: Any, monkeypatch: Any) -> None:
    monkeypatch.undo()
    settings.LOOKUP_TRIES = 1
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "verify"}}
    address = reverse("verify_report", args=["BC-Y"])
    read(client, address, status=404)
    answer = client.get(address)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "Chưa kiểm tra được" in answer.content.decode()


def test_the_page_asks_the_database_little(
    shown: ReportRun, client: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(6):
        client.get(page(shown))
