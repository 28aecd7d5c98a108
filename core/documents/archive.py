"""Office files are archives that say when they were made; here they lose the clock of the machine (ISO 29500-2)."""

import re
from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# Earliest moment a zip archive can name; the real one stands in the document's properties.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def steady(raw: BytesIO, mend: Callable[[str, bytes], bytes] = lambda _name, content: content) -> bytes:
    """Return the archive *raw* with its parts in one order and no moment of their own; *mend* may change a part."""
    kept_parts = BytesIO()
    with ZipFile(raw) as made, ZipFile(kept_parts, "w") as kept:
        for name in sorted(made.namelist(), key=lambda item: (item != "[Content_Types].xml", item)):
            entry = ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o600 << 16
            kept.writestr(entry, mend(name, made.read(name)))
    return kept_parts.getvalue()


def without_saving_moment(name: str, content: bytes) -> bytes:
    """Let the properties of a file say that it was last changed when it was created, not when it was saved."""
    if name != "docProps/core.xml":
        return content
    created = re.search(rb"<dcterms:created[^>]*>([^<]*)<", content)
    if created is None:
        return content
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*<", rb"\g<1>" + created.group(1) + b"<", content)
