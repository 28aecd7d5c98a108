"""A report's files opened by others' programs: LibreOffice and poppler (U19)."""

import csv
import io
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pypdf
import pytest

from reports.documents.files import render_files
from tests.reports.made_report import CODE, NARRATIVE, made_frozen, made_run

NEEDED = ("soffice", "pdftotext", "pdffonts")
# LibreOffice comes in parts: without Calc it opens no workbook.
CALC = (Path(shutil.which("soffice") or "/nowhere").resolve().parent / "libsclo.so").exists()
pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(
        not all(map(shutil.which, NEEDED)), reason="LibreOffice or poppler is not installed: files stay unopened"
    ),
]
MM = 72 / 25.4
# Exports every sheet, as it is shown, in UTF-8: a file for each.
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"
SAID = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "BÁO CÁO",
    "Lượt khai thác tăng so với kỳ trước.",
    "1.234.567",
    "98,57%",
    "Không có số liệu",
    "Phụ lục II",
    "KHAI THÁC THEO DỊCH VỤ DỮ LIỆU",
    "Nơi nhận:",
    "GIÁM ĐỐC",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three files, and what LibreOffice makes of two of them."""
    here = tmp_path_factory.mktemp("opened")
    for kind, content in render_files(made_run(), made_frozen(), NARRATIVE).items():
        (here / f"report.{kind.value}").write_bytes(content)
    soffice = ["soffice", f"-env:UserInstallation=file://{here}/home", "--headless", "--convert-to"]
    for form, name in (("pdf", "report.docx"), (AS_CSV, "report.xlsx")):
        command = [*soffice, form, "--outdir", str(here / "made"), str(here / name)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    return here


def told(path: Path, *options: str) -> str:
    """Return what poppler reads in a PDF."""
    command = ["pdftotext", *options, "-layout", str(path), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.clause("QC14.5")
@pytest.mark.parametrize("name", ["report.pdf", "made/report.pdf"], ids=["pdf", "docx"])
def test_the_text_is_whole_in_nfc_and_without_leftovers(folder: Path, name: str) -> None:
    text = told(folder / name)
    flat = " ".join(text.split())
    for said in SAID:
        assert said in flat, said
    assert unicodedata.is_normalized("NFC", text)
    assert not re.search(r"\{\{|\}\}|\{%|%\(|\bNone\b|\bnan\b|�", text)
    for page in text.rstrip("\f").split("\f"):
        assert CODE in page
    # The table of 24 agencies runs over a page's end and has its heads again there.
    parts = [page for page in text.split("\f") if re.search(r"H60\.\d\d", page) and "1.0" in page]
    assert len(parts) >= 3
    assert all("STT" in page for page in parts)


@pytest.mark.parametrize("name", ["report.pdf", "made/report.pdf"], ids=["pdf", "docx"])
def test_nothing_stands_in_the_margins(folder: Path, name: str) -> None:
    boxes = subprocess.run(
        ["pdftotext", "-bbox", str(folder / name), "-"], check=True, capture_output=True, text=True, timeout=60
    ).stdout
    turned = 0
    for page in boxes.split("<page ")[1:]:
        width, height = map(float, re.findall(r'(?:width|height)="([\d.]+)"', page)[:2])
        assert sorted((round(width / MM), round(height / MM))) == [210, 297]
        turned += width > height
        words = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"', page)
        places = [tuple(map(float, word)) for word in words]
        assert min(place[0] for place in places) >= 30 * MM - 1
        assert max(place[2] for place in places) <= width - 20 * MM + 1
    assert turned >= 2


def test_every_font_of_the_pdf_is_embedded_and_it_is_pdf_a(folder: Path) -> None:
    command = ["pdffonts", str(folder / "report.pdf")]
    listed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()[2:]
    assert listed
    for line in listed:
        assert "Tinos" in line
        assert line.split()[-5:-3] == ["yes", "yes"], line
    reader = pypdf.PdfReader(io.BytesIO((folder / "report.pdf").read_bytes()))
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()  # type: ignore[index]
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp


@pytest.mark.skipif(not CALC, reason="LibreOffice Calc is not installed: workbooks stay unopened")
def test_the_workbook_opens_and_says_its_numbers_in_vietnamese(folder: Path) -> None:
    files = (folder / "made").glob("*.csv")
    sheets = {path.stem: list(csv.reader(path.read_text(encoding="utf-8").splitlines())) for path in files}
    assert len(sheets) == 7
    use = next(rows for name, rows in sheets.items() if "-I. " in name)
    by_name = {row[1]: row[2:7] for row in use if len(row) > 6}
    assert by_name["Tổng số lượt khai thác"] == ["1.234.567", "0", "+1.234.567", "–", "Không có số liệu"]
    assert by_name["Tỷ lệ thành công"] == ["98,57%", "97,50%", "+1,07 điểm %", "–", "Không có số liệu"]
    assert by_name["Lượt xử lý trên 30 giây"][0] == "0"
    assert by_name["Tỷ lệ chưa phát sinh"][0] == "Chưa phát sinh"
    annex = next(rows for name, rows in sheets.items() if "Phụ lục I. " in name)
    assert len(annex) == 2 + 24 + 1
    assert annex[2][3:8] == ["1.000", "990", "0", "0", "1"]
    assert annex[3][7] == "Chưa phát sinh"
