"""Deeds on the structures messages must follow."""

import json
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from catalog.guards import SERVICE_MANAGE
from catalog.models import MessageProfile
from catalog.services.judging import judge, store, tidied
from core.actor import Actor
from core.inspector import explain, inspect_schema
from core.problems import PermissionRefused
from core.regulation import UnknownClause, clause

ENTERED = ("code", "version", "schema", "valid_from")
CHANGEABLE = ("title", "source", "clause", "illustration", "valid_to")
SEEDS = Path(__file__).resolve().parents[1] / "seeds" / "profiles.yaml"
MOST_SHOWN = 10


@transaction.atomic
def set_profile(*, actor: Actor, profile: MessageProfile | None = None, **fields: Any) -> MessageProfile:
    """Enter a version of a structure, or change what may change of *profile*: never its code, version or schema.

    Raises PermissionRefused, and InvalidInput saying where the schema is wrong.
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
    judge(found, _errors(found, entered=profile is None))
    store(found, unique="version")
    new.pop("schema", None)
    record_fact(
        actor=actor,
        deed="profile.changed" if profile else "profile.entered",
        subject=found,
        before=old,
        after=new,
        reason=found.source,
        clause="QC9.8",
    )
    return found


def load_profiles(*, actor: Actor) -> int:
    """Enter the illustrations we bring where their version is not known yet; return how many."""
    known = set(MessageProfile.objects.values_list("code", "version"))
    rows = yaml.safe_load(SEEDS.read_text(encoding="utf-8"))
    fresh = [row for row in rows if (row["code"], row["version"]) not in known]
    for row in fresh:
        set_profile(actor=actor, **row)
    return len(fresh)


def _errors(profile: MessageProfile, *, entered: bool) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    try:
        clause(profile.clause)
    except UnknownClause:
        errors["clause"] = [_("Không có điều khoản «%(clause)s»") % {"clause": profile.clause[:30]}]
    if entered:
        found = inspect_schema(json.dumps(profile.schema)).findings[:MOST_SHOWN]
        texts = [f"{item['pointer'] or '/'}: {explain(item)}" for item in found]
        if texts:
            errors["schema"] = texts
    return errors
