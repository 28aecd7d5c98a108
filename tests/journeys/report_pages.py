"""Take a picture of every page of a report's three files, as LibreOffice and poppler show them.

    .venv/bin/python -m tests.journeys.report_pages --out docs/screens

The report is made up (tests/reports/made_report.py). With ``--files FOLDER`` pictures are taken of the docx, pdf and
xlsx there instead, for example those downloaded from a demonstration. Needs soffice and pdftoppm.
"""

import argparse
import os
import struct
import subprocess
import zlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

ENDINGS = ("docx", "pdf", "xlsx")
TITLES = {
    "docx": "Tệp Word, mở bằng LibreOffice",
    "pdf": "Tệp PDF",
    "xlsx": "Tệp Excel, in từ LibreOffice",
}
# A page of A4 in so many dots an inch is read on a screen and stays small.
_PPI = 64


def made_up() -> Mapping[str, bytes]:
    """Return the files of the made-up report."""
    for name, value in (
        ("LGSP_MODE", "test"),
        ("DJANGO_SETTINGS_MODULE", "lgsp.settings.test"),
        ("DATABASE_URL", "postgres://x:y@127.0.0.1:1/z"),
        ("REDIS_URL", "redis://127.0.0.1:1/0"),
    ):
        os.environ.setdefault(name, value)
    import django

    django.setup()
    from reports.documents.files import render_files
    from tests.reports.made_report import NARRATIVE, made_frozen, made_run

    return {kind.value: content for kind, content in render_files(made_run(), made_frozen(), NARRATIVE).items()}


def printed(path: Path, folder: Path) -> Path:
    """Return the PDF that LibreOffice prints of an office file, in *folder*."""
    home = f"-env:UserInstallation=file://{folder}/home"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(folder / "printed"), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / "printed" / f"{path.stem}.pdf"


def pictures(path: Path, out: Path, name: str) -> list[str]:
    """Take the pages of a PDF as pictures called *name*-1…; return their names."""
    for old in out.glob(f"{name}-*.png"):
        old.unlink()
    with TemporaryDirectory() as folder:
        command = ["pdftoppm", "-r", str(_PPI), "-gray", str(path), str(Path(folder) / "page")]
        subprocess.run(command, check=True, timeout=180)
        for place, page in enumerate(sorted(Path(folder).iterdir()), start=1):
            (out / f"{name}-{place}.png").write_bytes(grey_png(page.read_bytes()))
    return sorted((found.name for found in out.glob(f"{name}-*.png")), key=lambda item: (len(item), item))


def grey_png(pgm: bytes) -> bytes:
    """Return a picture (netpbm, P5) as a PNG of sixteen greys (W3C 2003): print needs no more."""
    _kind, size, _most, pixels = pgm.split(b"\n", 3)
    width, height = map(int, size.split())
    rows = []
    for row in range(height):
        line = pixels[row * width : (row + 1) * width] + b"\xff" * (width % 2)
        pairs = zip(line[::2], line[1::2], strict=True)
        rows.append(b"\0" + bytes((left & 0xF0) | right >> 4 for left, right in pairs))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 4, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(rows), 9)),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in [*chunks, (b"IEND", b"")]
    )


def main() -> None:
    """Take them all and list them."""
    reader = argparse.ArgumentParser(prog="report_pages")
    reader.add_argument("--out", required=True, type=Path)
    reader.add_argument("--files", type=Path, help="a folder with one docx, pdf and xlsx each")
    chosen = reader.parse_args()
    lines = ["# Báo cáo định kỳ: từng trang của ba tệp", "", "Số liệu minh họa. Cách chụp lại:", ""]
    lines += ["[tests/journeys/report_pages.py](../../tests/journeys/report_pages.py).", ""]
    with TemporaryDirectory() as made:
        folder = Path(made)
        for ending in ENDINGS:
            path = folder / f"report.{ending}"
            given = next(chosen.files.glob(f"*.{ending}")) if chosen.files else None
            path.write_bytes(given.read_bytes() if given else made_up()[ending])
            shown = path if ending == "pdf" else printed(path, folder)
            names = pictures(shown, chosen.out, f"report-{ending}")
            links = " ".join(f"[{place}]({name})" for place, name in enumerate(names, start=1))
            lines.append(f"- {TITLES[ending]}, trang {links}")
            if ending != "pdf":
                shown.unlink()
    (chosen.out / "reports.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
