"""The services a dossier asks for, one at a time (QC10.1)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from catalog.models import DataService
from connections.choices import Part
from connections.models import ConnectionRequest, RequestLine
from connections.selectors.parts import LINE_FIELDS, seen_line
from connections.services.draft_parts import read_lines
from connections.services.drafts import PartChanged, require_editable, reviewed
from connections.services.moves import lock, touch
from core.actor import Actor


@transaction.atomic
def save_line(
    *, actor: Actor, request: ConnectionRequest, service: DataService, seen: str = "", **fields: Any
) -> ConnectionRequest:
    """Ask for *service*: ``operations``, ``fields``, ``daily_quota``. Other lines stay as they are.

    Raises InvalidInput on ``lines``, PermissionRefused, StateRefused (:class:`~.drafts.PartChanged` when the line is
    not as *seen* any more). The same line saved twice is saved once.
    """
    stored = lock(request)
    require_editable(actor, stored)
    known = stored.lines.filter(service=service).first()
    others = [_values(line) for line in stored.lines.exclude(service=service).select_related("service")]
    values = read_lines([*others, {"service": service, **fields}])[-1]
    before = _values(known) if known else {}
    if known is not None and all(before[name] == values[name] for name in LINE_FIELDS):
        return stored
    if seen and seen != seen_line(known):
        raise PartChanged(_("Dịch vụ này vừa được sửa ở cửa sổ khác. Nội dung bạn nhập vẫn được giữ bên dưới."))
    line = known or RequestLine(request=stored, service=service)
    for name in LINE_FIELDS:
        setattr(line, name, values[name])
    line.save()
    _record(actor, stored, before, {name: values[name] for name in LINE_FIELDS}, service)
    return stored


@transaction.atomic
def drop_line(*, actor: Actor, request: ConnectionRequest, service: DataService) -> ConnectionRequest:
    """Ask for *service* no longer; twice is once."""
    stored = lock(request)
    require_editable(actor, stored)
    line = stored.lines.filter(service=service).first()
    if line is not None:
        before = _values(line)
        line.delete()
        _record(actor, stored, before, {}, service)
    return stored


def _record(
    actor: Actor, request: ConnectionRequest, before: Mapping[str, Any], after: Mapping[str, Any], service: DataService
) -> None:
    reviewed(request, Part.SCOPE)
    touch(request)
    old = {name: before[name] for name in LINE_FIELDS if before}
    record_fact(
        actor=actor,
        deed="request.part_saved",
        subject=request,
        before={"service": service.code, **old},
        after={"service": service.code, **after},
        reason=Part.SCOPE,
    )


def _values(line: RequestLine) -> dict[str, Any]:
    return {"service": line.service, **{name: getattr(line, name) for name in LINE_FIELDS}}
