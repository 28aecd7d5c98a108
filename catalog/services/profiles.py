"""Deeds on the structures messages must follow."""

import json
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from audit.gates import announce
from audit.record import changed, record_fact
from catalog.choices import ProfileForm
from catalog.guards import SERVICE_MANAGE
from catalog.models import MessageProfile
from catalog.services.judging import judge, store, tidied
from core.actor import Actor
from core.inspector import explain, inspect_schema, inspect_xsd
from core.problems import PermissionRefused
from core.regulation import UnknownClause, clause

ENTERED = ("code", "version", "form", "valid_from")
CONTENT = ("schema", "xsd")
CHANGEABLE = ("title", "source", "clause", "illustration", "valid_to")
SEEDS = Path(__file__).resolve().parents[1] / "seeds" / "profiles.yaml"
MOST_SHOWN = 10


@transaction.atomic
def set_profile(
    *, actor: Actor, profile: MessageProfile | None = None, content: str | None = None, **fields: Any
) -> MessageProfile:
    """Enter a version of a structure, or change what may change of *profile*: never its code, version or content.

    *content* is the text of the JSON Schema or XSD, as ``form`` says; ``schema`` or ``xsd`` may stand for it.
    Raises PermissionRefused, and InvalidInput saying where the content is wrong (field ``content``).
    """
    if not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(_("Cấu trúc thông điệp thuộc quyền quản lý danh mục, vai trò Cán bộ vận hành."))
    found = MessageProfile.objects.select_for_update().get(pk=profile.pk) if profile else MessageProfile()
    names = CHANGEABLE if profile else (*ENTERED, *CHANGEABLE)
    values = tidied(MessageProfile, fields, names)
    before = {name: getattr(found, name) for name in values} if profile else {}
    for name, value in values.items():
        setattr(found, name, value)
    old, new = changed(before, values)
    if profile and not new:
        return found
    errors = _errors(found)
    if profile is None:
        errors |= _take_content(found, content, fields)
    judge(found, errors, besides=CONTENT)
    store(found, unique="version")
    record_fact(
        actor=actor,
        deed="profile.changed" if profile else "profile.entered",
        subject=found,
        before=old,
        after=new,
        reason=found.source,
        clause="QC9.8",
    )
    # The last day of a structure is the last on which calls are judged by it.
    announce()
    return found


def load_profiles(*, actor: Actor) -> int:
    """Enter the illustrations we bring where their version is not known yet; return how many."""
    known = set(MessageProfile.objects.values_list("code", "version"))
    rows = yaml.safe_load(SEEDS.read_text(encoding="utf-8"))
    fresh = [row for row in rows if (row["code"], row["version"]) not in known]
    for row in fresh:
        set_profile(actor=actor, **row)
    return len(fresh)


def _take_content(profile: MessageProfile, content: str | None, fields: dict[str, Any]) -> dict[str, list[str]]:
    """Put the content into *profile* once it is judged; return what is wrong with it."""
    is_xsd = profile.form == ProfileForm.XSD
    text = content
    if text is None:
        text = str(fields.get("xsd", "")) if is_xsd else json.dumps(fields.get("schema"), ensure_ascii=False)
    if not text.strip():
        return {"content": [_("Dán nội dung cấu trúc hoặc chọn tệp")]}
    if "\0" in text:
        return {"content": [_("Nội dung có ký tự không in được; lưu lại tệp ở dạng văn bản UTF-8")]}
    found = (inspect_xsd if is_xsd else inspect_schema)(text).findings[:MOST_SHOWN]
    if found:
        return {"content": [_fault(item, is_xsd) for item in found]}
    if is_xsd:
        profile.xsd = text
    else:
        profile.schema = json.loads(text)
    return {}


def _fault(finding: dict[str, Any], is_xsd: bool) -> str:
    if not is_xsd:
        return f"{finding['pointer'] or '/'}: {explain(finding)}"
    text = explain(finding)
    line = finding.get("line")
    return text if not line or _("dòng") in text else _("Dòng %(n)s: %(text)s") % {"n": line, "text": text}


def _errors(profile: MessageProfile) -> dict[str, list[str]]:
    try:
        clause(profile.clause)
    except UnknownClause:
        return {"clause": [_("Không có điều khoản «%(clause)s»") % {"clause": profile.clause[:30]}]}
    return {}
