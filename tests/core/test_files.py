"""Files people hand in: what is taken, what is refused and with which words (ux.md §4.3)."""

import io
import time
import tracemalloc
import unicodedata
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.files import check_upload, fetch, keep, stored_fields
from core.problems import DomainError, InvalidInput
from core.web.downloads import file_response
from tests.core.file_makers import (
    changed,
    docx_bytes,
    pdf_bytes,
    pdf_encrypted,
    pdf_with_attachment,
    pdf_with_stream,
    related,
    xlsx_bytes,
)

DOC, SHEET = docx_bytes(), xlsx_bytes()
FIELD = b"<w:body><w:p><w:r><w:instrText>DDEAUTO c:\\\\x</w:instrText></w:r></w:p>"
FAR = b"<!--" + b" " * 90_000 + b"--><!DOCTYPE a><worksheet/>"
DOC_RELATIONS, SHEET_RELATIONS = "word/_rels/document.xml.rels", "xl/_rels/workbook.xml.rels"
TYPES = "[Content_Types].xml"


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        check_upload(SimpleNamespace(name=name, size=len(content), read=lambda: content), field="evidence")
    assert list(caught.value.errors) == ["evidence"]
    return str(caught.value.errors["evidence"][0])


@pytest.mark.parametrize(
    ("name", "content"),
    [("Quyết định.pdf", pdf_bytes()), ("Phương án.docx", DOC), ("Danh mục trường.XLSX", SHEET)],
)
def test_honest_files_are_taken_under_their_names(name: str, content: bytes) -> None:
    taken = check_upload(SimpleUploadedFile(name, content))
    assert (taken.name, taken.content) == (name, content)


def test_a_name_from_a_mac_or_with_folders_is_mended() -> None:
    given = SimpleNamespace(
        name="C:\\Hồ sơ\\" + unicodedata.normalize("NFD", "Phương  án: số 1?.pdf"),
        size=9,
        read=pdf_bytes,
    )
    assert check_upload(given).name == "Phương án_ số 1_.pdf"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bao-cao.exe", "không được hỗ trợ. Chỉ nhận PDF, DOCX, XLSX"),
        ("bao-cao", "không được hỗ trợ"),
        ("bao-cao.docm", "không được hỗ trợ"),
        ("phu-luc.exe.pdf", "hai đuôi"),
        ("phu\u202eluc.pdf", "ký tự ẩn"),
        ("phu\x00luc.pdf", "ký tự ẩn"),
        ("CON.pdf", "dành riêng"),
        ("lpt1.phu-luc.pdf", "dành riêng"),
        ("a" * 160 + ".pdf", "tối đa 150 ký tự"),
        ("..", "không có tên"),
        ("", "không có tên"),
    ],
)
def test_odd_names_are_refused_with_the_reason(name: str, words: str) -> None:
    assert words in refusal(name, pdf_bytes())


@pytest.mark.parametrize("name", ["QĐ 12.08.2026.pdf", "tuyenquang.com.vn.pdf", "Phụ lục.docx.pdf", ".pdf.pdf"])
def test_names_officers_really_give_are_taken(name: str) -> None:
    assert check_upload(SimpleUploadedFile(name, pdf_bytes())).name.endswith("pdf")


def test_empty_and_heavy_files_are_refused(settings: Any) -> None:
    assert refusal("trong.pdf", b"") == "Tệp rỗng, hãy chọn lại"
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    assert refusal("nang.pdf", b"%PDF-" + bytes(1_600_000)) == "Tệp nặng 1,5 MB, tối đa 1 MB"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("anh.pdf", b"\x89PNG\r\n\x1a\n" + bytes(100), "không phải PDF"),
        ("bang.docx", pdf_bytes(), "không phải DOCX"),
        ("bang.xlsx", DOC, "không phải XLSX"),
        ("van-ban.docx", SHEET, "không phải DOCX"),
        ("trang.pdf", b"<html><script>alert(1)</script></html>", "không phải PDF"),
        ("cut.pdf", pdf_bytes()[:300], "không đọc được"),
        ("cut.docx", DOC[: len(DOC) // 2], "không đọc được"),
        ("them.pdf", pdf_bytes() + b"PK\x03\x04" + bytes(4000), "không đọc được"),
        ("cu.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "dạng cũ"),
        (
            "khoa.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64) + "EncryptedPackage".encode("utf-16-le"),
            "mật khẩu",
        ),
        ("khoa.pdf", pdf_encrypted(), "mật khẩu"),
    ],
)
def test_content_must_be_what_the_ending_says(name: str, content: bytes, words: str) -> None:
    assert words in refusal(name, content)


@pytest.mark.parametrize(
    "content",
    [
        pdf_bytes(S="/JavaScript", JS="app.alert(1)"),
        pdf_bytes(S="/JavaScript", JS="app.alert(1)").replace(b"/JavaScript", b"/J#61vaScr#69pt"),
        pdf_bytes(S="/Launch", F="cmd.exe"),
        pdf_bytes(S="/SubmitForm", F="http://example.test/"),
        pdf_with_attachment(),
        pdf_with_stream(b"1 0 << /S /JavaScript /JS (x) >>"),
        pdf_with_stream(b" " * 300_000 + b"<< /S /Launch >>"),
        pdf_with_stream(b"1 0 << /S /JavaScript >>", b"/Type /XObject /Subtype /Image /N 1 /First 4"),
    ],
    ids=["script", "escaped", "launch", "submit", "attachment", "packed", "far", "disguised"],
)
def test_a_pdf_that_acts_is_refused(content: bytes) -> None:
    assert "chứa nội dung không an toàn" in refusal("tai-lieu.pdf", content)


def test_a_pdf_with_forms_links_and_signatures_is_taken() -> None:
    honest = pdf_bytes(S="/URI", URI="https://tuyenquang.example/").replace(b"/OpenAction", b"/OpenAction ")
    assert check_upload(SimpleUploadedFile("lien-ket.pdf", honest))
    picture = pdf_with_stream(b"<< /S /Launch >>", b"/Type /XObject /Subtype /Image /Width 1")
    assert check_upload(SimpleUploadedFile("anh.pdf", picture))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", changed(DOC, {"word/vbaProject.bin": b"x"})),
        ("a.docx", changed(DOC, swap=(b".document.main+xml", b".document.macroEnabled.main+xml"))),
        ("a.docx", related(DOC, DOC_RELATIONS, "oleObject", "embeddings/oleObject1.bin")),
        ("a.docx", changed(DOC, {"word/embeddings/oleObject1.bin": b"x"})),
        ("a.docx", related(DOC, DOC_RELATIONS, "attachedTemplate", "https://example.test/t.dotm", "External")),
        ("a.docx", related(DOC, DOC_RELATIONS, "image", "https://example.test/t.png", "External")),
        ("a.docx", changed(DOC, swap=(b"<w:body>", FIELD))),
        ("a.docx", changed(DOC, {"word/embeddings/b.xlsx": changed(SHEET, {"xl/vbaProject.bin": b"x"})})),
        ("a.xlsx", changed(SHEET, {"xl/macrosheets/sheet1.xml": b"<a/>"})),
        ("a.xlsx", related(SHEET, SHEET_RELATIONS, "externalLink", "externalLinks/externalLink1.xml")),
        ("a.xlsx", changed(SHEET, {"xl/worksheets/sheet1.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'})),
        ("a.xlsx", changed(SHEET, {"xl/worksheets/sheet1.xml": FAR})),
        ("a.xlsx", changed(SHEET, {"../../ngoai.xml": b"<a/>"})),
    ],
    ids=[
        "macro",
        "macro-type",
        "ole",
        "ole-part",
        "template",
        "picture-elsewhere",
        "field",
        "macro-inside-a-chart",
        "macro-sheet",
        "external-link",
        "doctype",
        "doctype-far",
        "outside",
    ],
)
def test_an_office_file_that_acts_is_refused(name: str, content: bytes) -> None:
    assert "chứa nội dung không an toàn" in refusal(name, content)


def test_a_document_with_a_link_and_a_chart_is_taken() -> None:
    honest = related(DOC, DOC_RELATIONS, "hyperlink", "https://tuyenquang.example/", "External")
    honest = changed(honest, {"word/embeddings/Microsoft_Excel_Sheet.xlsx": SHEET})
    assert check_upload(SimpleUploadedFile("bieu-do.docx", honest)).content == honest


def _bomb(count: int, size: int) -> bytes:
    return changed(SHEET, {f"xl/media/{number}.xml": bytes(size) for number in range(count)})


def test_zip_bombs_cost_little_and_are_refused() -> None:
    bombs = {
        "ty-le.xlsx": _bomb(1, 60 * 1024 * 1024),
        "tong.xlsx": _bomb(25, 10 * 1024 * 1024),
        "so-phan.xlsx": _bomb(2500, 1),
        "long-nhau.docx": changed(DOC, {"word/embeddings/a.xlsx": _bomb(1, 19 * 1024 * 1024)}),
        "luong.pdf": pdf_with_stream(bytes(150 * 1024 * 1024)),
    }
    began = time.process_time()
    tracemalloc.start()
    for name, content in bombs.items():
        assert "giải nén ra quá lớn" in refusal(name, content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30 * 1024 * 1024
    assert time.process_time() - began < 5


def test_a_part_that_is_larger_than_its_directory_says_is_refused() -> None:
    lying = bytearray(changed(SHEET, {"xl/media/a.xml": b"<a>" + b"b" * 5000 + b"</a>"}))
    at = lying.rfind(b"xl/media/a.xml") - 46
    lying[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with zipfile.ZipFile(io.BytesIO(bytes(lying))) as package:
        assert package.getinfo("xl/media/a.xml").file_size == 10
    assert "không đọc được" in refusal("doi.xlsx", bytes(lying))


def test_content_is_kept_once_and_read_back_whole(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    fields = stored_fields(check_upload(SimpleUploadedFile("Phương án.docx", DOC)))
    assert keep(DOC) == fields["sha256"]
    (kept,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept.name == fields["sha256"]
    response = file_response(SimpleNamespace(**fields))
    assert response.content == DOC
    assert response["Content-Disposition"] == (
        "attachment; filename=\"phuong-an.docx\"; filename*=UTF-8''Ph%C6%B0%C6%A1ng%20%C3%A1n.docx"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    kept.write_bytes(b"khac")
    with pytest.raises(DomainError):
        fetch(fields["sha256"])
