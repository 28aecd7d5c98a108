"""The words of a report: edited by officers while it is theirs, taken back to the draft, every version kept."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import printable
from reports.choices import RunState, TextOrigin
from reports.guards import DRAFT
from reports.models import NarrativeVersion, ReportRun
from reports.selectors.runs import narrative_of

# Characters of one part.
LONGEST = 10_000


@transaction.atomic
def save_narrative(*, actor: Actor, run: ReportRun, texts: Mapping[str, str], version: int) -> NarrativeVersion:
    """Keep *texts* by part as the next version; parts not named stay. *version* is the one the person saw.

    Raises PermissionRefused, StateRefused (not being worded, or somebody was faster, who is named), InvalidInput with
    the parts that are too long.
    """
    current = _current(actor, run, version)
    given = {code: _tidy(text) for code, text in texts.items() if code in current.texts}
    long = {code: [_("Viết tối đa 10.000 ký tự")] for code, text in given.items() if len(text) > LONGEST}
    if long:
        raise InvalidInput(long)
    changed = sorted(code for code, text in given.items() if text != current.texts[code])
    if not changed:
        return current
    return _next(actor, current, {**current.texts, **given}, TextOrigin.EDITED, changed)


@transaction.atomic
def restore_draft(*, actor: Actor, run: ReportRun, version: int) -> NarrativeVersion:
    """Take the words back to what was drafted from the figures. Raises as :func:`save_narrative`."""
    current = _current(actor, run, version)
    first = current.run.narratives.get(version=1)
    if first.texts == current.texts:
        return current
    changed = sorted(code for code, text in first.texts.items() if text != current.texts.get(code))
    return _next(actor, current, dict(first.texts), TextOrigin.RESTORED, changed)


def _current(actor: Actor, run: ReportRun, version: int) -> NarrativeVersion:
    if not actor.may(DRAFT):
        raise PermissionRefused(_("Việc này thuộc vai trò Cán bộ báo cáo."))
    stored = ReportRun.objects.select_for_update().defer("figures").get(pk=run.pk)
    current = narrative_of(stored)
    if stored.state != RunState.DRAFTED or current is None:
        text = _(
            "Báo cáo đang ở tình trạng «%(state)s», lời văn không sửa được. Nội dung bạn nhập vẫn được giữ bên dưới."
        )
        raise StateRefused(text % {"state": stored.get_state_display()})
    if version != current.version:
        when = current.at.astimezone(clock.VIETNAM)
        raise StateRefused(
            _("%(name)s vừa sửa lời văn lúc %(time)s. Nội dung bạn nhập vẫn được giữ bên dưới.")
            % {
                "name": current.by.full_name if current.by else _("Nền tảng"),
                "time": f"{when:%H:%M ngày %d/%m/%Y}",
            }
        )
    return current


def _tidy(text: str) -> str:
    """Return *text* without what prints nothing, a line a paragraph's line, paragraphs parted by one blank line."""
    lines = [" ".join(line.split()) for line in printable(text.replace("\r\n", "\n")).split("\n")]
    blocks = "\n".join(lines).split("\n\n")
    return "\n\n".join(block for block in (part.strip("\n") for part in blocks) if block)


def _next(
    actor: Actor, current: NarrativeVersion, texts: dict[str, str], origin: TextOrigin, changed: list[str]
) -> NarrativeVersion:
    made = NarrativeVersion.objects.create(
        run=current.run, version=current.version + 1, texts=texts, origin=origin, by_id=actor.user_id, at=clock.now()
    )
    after = {"version": made.version, "parts": ", ".join(changed)}
    before = {"version": current.version}
    record_fact(actor=actor, deed="report.worded", subject=current.run, before=before, after=after, clause="QC14.5")
    return made
