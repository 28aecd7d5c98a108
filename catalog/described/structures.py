"""Structures that messages must follow, as schemas: a JSON Schema word for word as far as OpenAPI has the words."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.choices import ProfileForm
from catalog.described.carrier import Carrier, Schema
from catalog.described.shapes import Structure
from catalog.openapi.shapes import Document

# Content of a structure by its id; of an XSD nothing is read.
Contents = Mapping[int, Document]


def file_of(structure: Structure) -> str:
    """Return where the file of *structure* is."""
    return urljoin(settings.PUBLIC_URL, reverse("profile_file", args=[structure.profile_id]))


def names_of(structures: Iterable[Structure], taken: Iterable[str]) -> dict[int, str]:
    """Return the names of the schemas of *structures*, none of them among *taken*."""
    found: dict[int, str] = {}
    used = set(taken)
    for item in structures:
        if item.profile_id not in found:
            plain = "".join(part.capitalize() for part in item.code.split("-")) + "Message"
            name, number = plain, 2
            while name in used:
                name, number = f"{plain}{number}", number + 1
            used.add(name)
            found[item.profile_id] = name
    return found


def schemas_of(structures: Iterable[Structure], names: Mapping[int, str], contents: Contents) -> dict[str, Schema]:
    """Return the schema of each structure by its name; what an XSD says stands in its file alone."""
    return {names[item.profile_id]: _schema(item, contents.get(item.profile_id, {})) for item in structures}


def _schema(structure: Structure, content: Document) -> Schema:
    found: Schema = {"type": "object"}
    if structure.form == ProfileForm.JSON_SCHEMA and content:
        found = Carrier(content).schema(content)
    told = _("%(title)s, phiên bản %(version)s") % {"title": structure.title, "version": structure.version}
    if structure.illustration:
        told = _("%(told)s; chỉ là minh họa") % {"told": told}
    return {
        **found,
        "description": told,
        "externalDocs": {"description": _("Tệp cấu trúc đầy đủ"), "url": file_of(structure)},
        "x-lgsp-structure": mark_of(structure),
    }


def mark_of(structure: Structure) -> dict[str, Any]:
    """Return what names *structure* in a document."""
    return {
        "code": structure.code,
        "version": structure.version,
        "form": structure.form,
        "illustration": structure.illustration,
        "file": file_of(structure),
    }
