"""Real files, honest and otherwise, made in the test."""

import io
import zipfile
import zlib
from collections.abc import Mapping

import docx
from openpyxl import Workbook
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def pdf_bytes(**actions: str) -> bytes:
    """Return a PDF of one page; *actions* are entries of an action that opening it runs."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if actions:
        action = {NameObject(f"/{key}"): _value(value) for key, value in actions.items()}
        writer._root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    return _written(writer)


def _value(value: str) -> NameObject | TextStringObject:
    return NameObject(value) if value.startswith("/") else TextStringObject(value)


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_with_attachment() -> bytes:
    """Return a PDF that carries another file."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_bytes())))
    writer.add_attachment("an.txt", b"an")
    return _written(writer)


def pdf_encrypted() -> bytes:
    """Return a PDF that asks for a password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_bytes())))
    writer.encrypt("mat-khau", algorithm="RC4-128")
    return _written(writer)


def pdf_with_stream(body: bytes, dictionary: bytes = b"/Type /ObjStm /N 1 /First 4") -> bytes:
    """Return a PDF with one more packed stream holding *body*."""
    packed = zlib.compress(body, 9)
    part = b"9 0 obj\n<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        dictionary,
        len(packed),
        packed,
    )
    head, _, rest = pdf_bytes().partition(b"xref")
    return head + part + b"xref" + rest


def docx_bytes(text: str = "Phương án vận hành") -> bytes:
    """Return a document of one paragraph."""
    document, out = docx.Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(out)
    return out.getvalue()


def xlsx_bytes() -> bytes:
    """Return a workbook of one cell."""
    book, out = Workbook(), io.BytesIO()
    book.active["A1"] = "Danh mục trường dữ liệu"
    book.save(out)
    return out.getvalue()


def changed(
    package: bytes, parts: Mapping[str, bytes] | None = None, swap: tuple[bytes, bytes] | None = None
) -> bytes:
    """Return *package* with *parts* set, and one text exchanged for another in all of its parts."""
    given, out = dict(parts or {}), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            body = given.pop(item.filename, old.read(item))
            new.writestr(item.filename, body.replace(*swap) if swap else body)
        for name, body in given.items():
            new.writestr(name, body)
    return out.getvalue()


def related(package: bytes, part: str, kind: str, target: str, mode: str = "Internal") -> bytes:
    """Return *package* with one more relation in the relations *part*."""
    relation = f'<Relationship Id="rId900" Type="http://example.test/{kind}" Target="{target}" TargetMode="{mode}"/>'
    with zipfile.ZipFile(io.BytesIO(package)) as old:
        body = old.read(part).replace(b"</Relationships>", relation.encode() + b"</Relationships>")
    return changed(package, {part: body})
