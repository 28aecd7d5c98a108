"""The accepted statements of a closed campaign become one result: frozen, with its file (QC15.5)."""

from collections import defaultdict
from typing import Any

from django.db import transaction

from audit.record import record_fact
from core import clock, files
from core.actor import Actor
from core.transitions import carry
from reports.campaign_choices import StatementState
from reports.documents.campaign_book import book_of
from reports.models import Campaign, Statement
from reports.services.campaigns import CLAUSE, lock_campaign

FORMAT = "lgsp-campaign-result-1"


@transaction.atomic
def merge_campaign(*, actor: Actor, campaign: Campaign) -> Campaign:
    """Merge what was accepted into the frozen result and keep its spreadsheet; each once.

    Raises PermissionRefused, StateRefused unless closed, GuardRefused while statements wait to be judged.
    """
    stored = lock_campaign(campaign)
    carry(stored, "merge", actor)
    stored.merged_at = clock.now()
    stored.result = _result(stored)
    stored.result_sha256 = files.keep(book_of(stored))
    stored.revision += 1
    stored.save()
    after = {"accepted": stored.result["accepted"], "sha256": stored.result_sha256}
    record_fact(actor=actor, deed="campaign.merged", subject=stored, after=after, clause=CLAUSE)
    return stored


def _result(stored: Campaign) -> dict[str, Any]:
    found = list(
        Statement.objects.filter(campaign=stored)
        .select_related("agency", "campaign")
        .prefetch_related("rows__service")
        .order_by("agency__sort_key", "pk")
    )
    accepted = [one for one in found if one.state == StatementState.ACCEPTED]
    by_agency = [_agency(one) for one in accepted]
    return {
        "format": FORMAT,
        "asked": len(found),
        "accepted": len(accepted),
        "late": sum(one.is_late for one in accepted),
        "missing": [_named(one) for one in found if one.state != StatementState.ACCEPTED],
        "logged": sum(row["logged"] for row in by_agency),
        "declared": sum(row["declared"] for row in by_agency),
        "by_service": _services(accepted),
        "by_agency": by_agency,
        "answers": [_answers(question, accepted) for question in stored.questions],
    }


def _named(one: Statement) -> dict[str, Any]:
    return {"agency": one.agency.code, "name": one.agency.name, "state": one.state, "code": one.code}


def _agency(one: Statement) -> dict[str, Any]:
    rows = [
        {
            "service": row.service.code,
            "title": row.service.title,
            "logged": row.logged,
            "declared": row.declared or 0,
            "explanation": row.explanation,
        }
        for row in one.rows.all()
    ]
    return {
        **_named(one),
        "late": one.is_late,
        "submitted_at": one.submitted_at.isoformat() if one.submitted_at else "",
        "logged": sum(row["logged"] for row in rows),
        "declared": sum(row["declared"] for row in rows),
        "rows": rows,
    }


def _services(accepted: list[Statement]) -> list[dict[str, Any]]:
    titles: dict[str, str] = {}
    logged: dict[str, int] = defaultdict(int)
    declared: dict[str, int] = defaultdict(int)
    agencies: dict[str, int] = defaultdict(int)
    for one in accepted:
        for row in one.rows.all():
            code = row.service.code
            titles[code] = row.service.title
            logged[code] += row.logged
            declared[code] += row.declared or 0
            agencies[code] += 1
    return [
        {
            "service": code,
            "title": titles[code],
            "agencies": agencies[code],
            "logged": logged[code],
            "declared": declared[code],
        }
        for code in sorted(titles)
    ]


def _answers(question: dict[str, Any], accepted: list[Statement]) -> dict[str, Any]:
    given = [(one.agency.name, one.answers.get(question["code"], "")) for one in accepted]
    said = [{"agency": name, "answer": answer} for name, answer in given if answer]
    return {"code": question["code"], "text": question["text"], "answers": said}
