"""The numbered points of a completion request (QC10.2)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from connections.choices import State, Step
from connections.models import CompletionPoint, ConnectionRequest, Criterion
from connections.services.clocks import pause_clock
from core import clock
from core.actor import Actor
from core.problems import InvalidInput
from core.regulation import UnknownClause
from core.regulation import clause as known_clause
from core.text import tidy

LONG = 4000


def ask_points(
    *, actor: Actor, request: ConnectionRequest, points: Sequence[Mapping[str, Any]]
) -> list[CompletionPoint]:
    """Write the numbered points of a completion request, inside the deed that sends it. Raises InvalidInput.

    A point is ``what``, ``remedy``, ``clause`` and, in an evaluation, its ``criterion``.
    """
    errors: dict[str, list[str]] = {}
    if not points:
        errors["points"] = [_("Nêu ít nhất một nội dung cần hoàn thiện")]
    last = request.points.order_by("-round").first()
    round_number = last.round + 1 if last else 1
    made = []
    for number, point in enumerate(points, start=1):
        values = _read_point(point, number, errors)
        made.append(
            CompletionPoint(
                request=request,
                round=round_number,
                number=number,
                asked_by_id=actor.user_id or 0,
                asked_at=clock.now(),
                **values,
            )
        )
    if errors:
        raise InvalidInput(errors)
    for item in made:
        item.save()
    if request.state == State.EVALUATING:
        pause_clock(request, Step.EVALUATION, _("Chờ cơ quan hoàn thiện"))
    return made


def _read_point(point: Mapping[str, Any], number: int, errors: dict[str, list[str]]) -> dict[str, Any]:
    asked = {
        "what": _("Nội dung số %(n)s: nhập điều chưa đạt") % {"n": number},
        "remedy": _("Nội dung số %(n)s: nhập cách khắc phục") % {"n": number},
    }
    values: dict[str, Any] = {name: tidy(str(point.get(name) or "")) for name in asked}
    criterion: Criterion | None = point.get("criterion")
    values["criterion"] = criterion
    values["clause"] = tidy(str(point.get("clause") or (criterion.clause if criterion else "QC10.1")))
    found = [text for name, text in asked.items() if not values[name]]
    if any(len(values[name]) > LONG for name in asked):
        found.append(_("Nội dung số %(n)s: tối đa %(limit)s ký tự") % {"n": number, "limit": LONG})
    try:
        known_clause(values["clause"])
    except UnknownClause:
        found.append(_("Nội dung số %(n)s: không có điều khoản «%(c)s»") % {"n": number, "c": values["clause"][:30]})
    if found:
        errors.setdefault("points", []).extend(found)
    return values
