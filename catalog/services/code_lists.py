"""Entries of code lists: entered and changed by staff, first brought by seeds; a code given stays (decisions, 24)."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.db import models
from django_stubs_ext import StrOrPromise

from audit.record import changed, record_fact
from catalog.services.judging import judge, store, tidied
from core.actor import Actor
from core.problems import InvalidInput

Entry = TypeVar("Entry", bound=models.Model)
SEEDS = Path(__file__).resolve().parents[1] / "seeds"


def set_entry(
    fresh: Entry,
    *,
    actor: Actor,
    entry: Entry | None,
    given: Mapping[str, Any],
    names: Sequence[str],
    noun: str,
    clause: str,
    code_kept: StrOrPromise,
    own: Sequence[str] = ("active",),
) -> Entry:
    """Enter *fresh* or change *entry*, inside the deed that judged who may: of *given* the fields *names*.

    An entry of ours that staff change beyond the fields *own* is no longer a default. Raises InvalidInput;
    *code_kept* is told when another code is given.
    """
    kind = type(fresh)
    values = tidied(kind, given, names)
    found: Any = fresh if entry is None else kind._default_manager.select_for_update().get(pk=entry.pk)
    if entry is not None and values.get("code", found.code) != found.code:
        raise InvalidInput({"code": [str(code_kept)]})
    before = {name: getattr(found, name) for name in values} if found.pk else {}
    for name, value in values.items():
        setattr(found, name, value)
    old, new = changed(before, values)
    if found.pk and not new:
        return found
    deed = f"{noun}.changed" if found.pk else f"{noun}.entered"
    found.is_default = found.is_default and not (found.pk and new.keys() - set(own))
    judge(found)
    store(found, unique="code")
    record_fact(actor=actor, deed=deed, subject=found, before=old, after=new, clause=clause)
    return found


def load_entries(kind: type[models.Model], file_name: str, enter: Callable[..., Any]) -> int:
    """Enter the rows of a seed whose code is not known yet, by *enter*; what staff changed stays. Returns how many."""
    known = set(kind._default_manager.values_list("code", flat=True))
    listed = yaml.safe_load((SEEDS / file_name).read_text(encoding="utf-8"))
    rows = [row for row in listed if row["code"] not in known]
    for row in rows:
        enter(is_default=True, **row)
    return len(rows)
