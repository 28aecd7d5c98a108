"""The versions of a dossier: what is frozen, and how two of them differ, field by field."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from connections.models import Attachment, ConnectionRequest, RequestVersion
from connections.selectors.answers import lines_of, parts_of
from core.actor import Actor

FORMAT = "lgsp-dossier-1"
_WORDS = re.compile(r"\S+\s*")
#: Texts this long show which words changed; shorter ones read better whole.
LONG = 40
Mark = Literal["", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a text, and whether they are the difference."""

    text: str
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs: both texts in pieces; an empty side was not filled in."""

    term: str
    kind: Literal["added", "removed", "changed"]
    old: list[Piece]
    new: list[Piece]


@dataclass(frozen=True, slots=True)
class Section:
    """The changes of one part."""

    title: str
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The page «Các lần gửi»: every version, the two compared (none before there are two), what differs."""

    versions: list[RequestVersion]
    old: RequestVersion | None
    new: RequestVersion | None
    sections: list[Section]
    complaint: str = ""


def compare_versions(actor: Actor, request: ConnectionRequest, old: str, new: str) -> Comparison:
    """Return the versions of a dossier with two of them compared: numbers *old* and *new*, else the last two.

    A number nobody sent is told in ``complaint`` and the last two are shown. One query.
    """
    versions = list(versions_of(actor, request))
    if len(versions) < 2:
        return Comparison(versions, None, versions[-1] if versions else None, [])
    known = {str(version.number): version for version in versions}
    first, second, complaint = versions[-2], versions[-1], ""
    if old or new:
        asked = {number: known[number] for number in (old, new) if number in known}
        if len(asked) == 2:
            first, second = sorted(asked.values(), key=lambda version: version.number)
        else:
            complaint = _("Chọn hai lần gửi khác nhau, từ 1 đến %(n)s.") % {"n": len(versions)}
    return Comparison(versions, first, second, differences(first.content, second.content), complaint)


def versions_of(actor: Actor, request: ConnectionRequest) -> QuerySet[RequestVersion]:
    """Return the times a dossier was sent, the first one first."""
    found = RequestVersion.objects.visible_to(actor).filter(request=request)
    return found.select_related("sent_by").order_by("number")


def content_of(request: ConnectionRequest) -> dict[str, Any]:
    """Return everything a dossier says now, as people read it, ready to be frozen."""
    points = request.points.exclude(answer="").order_by("round", "number")
    files = request.attachments.current().select_related("point").order_by("id")
    return {
        "format": FORMAT,
        "parts": [
            {
                "title": str(part.title),
                "facts": [{"term": str(term), "value": _text(value)} for term, value in part.facts],
            }
            for part in parts_of(request)
        ],
        "lines": [
            {
                "service": view.line.service.code,
                "title": view.line.service.title,
                "operations": view.operations,
                "fields": view.fields,
                "daily_quota": view.line.daily_quota,
            }
            for view in lines_of(request)
        ],
        "files": [
            {"name": file.name, "place": place_of(file), "sha256": file.sha256, "size": file.size} for file in files
        ],
        "answers": [
            {"round": point.round, "number": point.number, "what": point.what, "answer": point.answer}
            for point in points
        ],
    }


def place_of(file: Attachment) -> str:
    """Return where in the dossier a file belongs."""
    if file.point is not None:
        return _("Trả lời lần %(round)s, nội dung %(n)s") % {"round": file.point.round, "n": file.point.number}
    return str(file.get_part_display() if file.part else file.get_kind_display())


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[Section]:
    """Return what differs between two frozen contents, in the order of the newer one; equal fields are left out."""
    before, after = dict(_flat(old)), dict(_flat(new))
    order = [*after, *(place for place in before if place not in after)]
    found: dict[str, list[Change]] = {}
    for section, term in order:
        texts = before.get((section, term), ""), after.get((section, term), "")
        if texts[0] != texts[1]:
            found.setdefault(section, []).append(_change(term, *texts))
    return [Section(title, changes) for title, changes in found.items()]


def _text(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return number_format(value, force_grouping=True)
    return "" if value is None else str(value)


def _flat(content: dict[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """Give each field of a content as ((section, term), text)."""
    for part in content["parts"]:
        for fact in part["facts"]:
            yield (part["title"], fact["term"]), fact["value"]
    services = _("Dịch vụ dữ liệu đề nghị")
    for line in content["lines"]:
        title = line["title"]
        yield (services, _("%(service)s: thao tác") % {"service": title}), ", ".join(line["operations"])
        fields = ", ".join(line["fields"]) or _("Tất cả")
        yield (services, _("%(service)s: trường dữ liệu") % {"service": title}), fields
        quota = number_format(line["daily_quota"], force_grouping=True)
        yield (services, _("%(service)s: lượt mỗi ngày") % {"service": title}), quota
    for file in content.get("files", ()):
        said = {"size": number_format(file["size"], force_grouping=True), "hash": file["sha256"]}
        term = f"{file['place']}: {file['name']}"
        yield (_("Tệp đính kèm"), term), _("%(size)s byte, SHA-256 %(hash)s") % said
    for answer in content["answers"]:
        term = _("Lần %(round)s, nội dung %(number)s") % answer
        yield (_("Trả lời yêu cầu hoàn thiện"), term), answer["answer"]


def _change(term: str, old: str, new: str) -> Change:
    if not old:
        return Change(term, "added", [], [Piece(new, "added")])
    if not new:
        return Change(term, "removed", [Piece(old, "removed")], [])
    if min(len(old), len(new)) < LONG:
        return Change(term, "changed", [Piece(old, "removed")], [Piece(new, "added")])
    return Change(term, "changed", *_compare(_WORDS.findall(old), _WORDS.findall(new)))


def _compare(old: list[str], new: list[str]) -> tuple[list[Piece], list[Piece]]:
    """Return both texts in pieces, the words that only one of them has marked."""
    left: list[Piece] = []
    right: list[Piece] = []
    matcher = SequenceMatcher(a=[word.rstrip() for word in old], b=[word.rstrip() for word in new])
    for tag, i, j, k, m in matcher.get_opcodes():
        if i < j:
            left.append(Piece("".join(old[i:j]), "" if tag == "equal" else "removed"))
        if k < m:
            right.append(Piece("".join(new[k:m]), "" if tag == "equal" else "added"))
    return left, right
