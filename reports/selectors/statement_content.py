"""What a statement says to one reader: what is kept to its own body, what was handed in to SKHCN (QC15.5)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from reports.campaign_guards import sends, writes
from reports.models import Statement


class Shown(TextChoices):
    """Which words of a statement are shown."""

    KEPT = "kept", _("nội dung đang lưu")
    HANDED_IN = "handed_in", _("lần nộp gần nhất")
    NONE = "none", _("chưa nộp")


@dataclass(frozen=True, slots=True)
class Content:
    """Rows and answers as mappings: service, title, logged, declared, difference, explanation; code, text, answer."""

    shows: Shown
    own: bool
    rows: list[dict[str, Any]]
    answers: list[dict[str, Any]]


def content_of(statement: Statement, actor: Actor) -> Content:
    """Return what *actor* may read in *statement*, whose rows and versions were read with it.

    Before it is handed in SKHCN sees what the log holds and nothing the agency typed.
    """
    if writes(statement, actor) or sends(statement, actor):
        return Content(Shown.KEPT, True, _kept_rows(statement), _answers(statement, statement.answers))
    versions = list(statement.versions.all())
    if versions:
        said = versions[0].content
        return Content(Shown.HANDED_IN, False, [_with_difference(row) for row in said["rows"]], said["answers"])
    nothing = [{**row, "declared": None, "difference": None, "explanation": ""} for row in _kept_rows(statement)]
    return Content(Shown.NONE, False, nothing, _answers(statement, {}))


def _kept_rows(statement: Statement) -> list[dict[str, Any]]:
    return [
        {
            "service": row.service.code,
            "title": row.service.title,
            "logged": row.logged,
            "declared": row.declared,
            "difference": row.difference,
            "explanation": row.explanation,
        }
        for row in statement.rows.all()
    ]


def _with_difference(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "difference": row["declared"] - row["logged"]}


def _answers(statement: Statement, given: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"code": question["code"], "text": question["text"], "answer": given.get(question["code"], "")}
        for question in statement.campaign.questions
    ]
