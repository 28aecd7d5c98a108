"""What a statement says, as terms and values: for checking it, and for showing what a colleague left (QC15.5)."""

from typing import Any

from django.template.defaultfilters import linebreaksbr
from django.utils.translation import gettext as _

from core.documents.wording import number
from reports.models import Statement, StatementRow


def sections_of(statement: Statement, rows: list[StatementRow]) -> list[dict[str, Any]]:
    """Return one section for each service and one for the questions (``check_answers``)."""
    found = [{"title": row.service.title, "facts": _facts(row, statement.campaign.tolerance_percent)} for row in rows]
    answers = [{"term": text, "value": linebreaksbr(answer)} for text, answer in answers_of(statement)]
    return [*found, {"title": _("Nội dung khác"), "facts": answers}]


def answers_of(statement: Statement) -> list[tuple[str, str]]:
    """Return each question of the campaign with what is answered so far, "" where nothing is."""
    return [(item["text"], statement.answers.get(item["code"], "")) for item in statement.campaign.questions]


def _facts(row: StatementRow, percent: int) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"term": _("Theo nhật ký"), "value": _("%(n)s lượt") % {"n": number(row.logged)}},
        {
            "term": _("Cơ quan khai"),
            "value": None if row.declared is None else _("%(n)s lượt") % {"n": number(row.declared)},
        },
    ]
    if row.difference:
        beyond = _(" (quá %(n)s%%, phải giải trình)") % {"n": percent} if row.differs(percent) else ""
        facts.append({"term": _("Chênh lệch"), "value": f"{number(row.difference)}{beyond}"})
    if row.explanation or row.differs(percent):
        facts.append({"term": _("Giải trình"), "value": linebreaksbr(row.explanation)})
    return facts
