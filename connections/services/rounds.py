"""Rounds of tests: begun from the templates in use, voided when what was tested changes (QC10.4)."""

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from connections.choices import PrintoutKind, State, Step, TestGroup
from connections.models import ConnectionRequest, TestTemplate, Trial, TrialCase
from connections.services.clocks import start_clock, stop_clock
from connections.services.moves import lock, move, require
from connections.services.printouts import withdraw_printout
from connections.services.telling import announce
from core import clock
from core.actor import Actor, system_actor
from core.problems import GuardRefused, StateRefused

FROZEN = frozenset({State.AWAITING_CONFIRMATION, State.READY})


def latest_round(request: ConnectionRequest) -> Trial:
    """Return the round under way, locked. Raises StateRefused where none was begun."""
    trial = request.trials.select_for_update().order_by("-round").first()
    if trial is None:
        raise StateRefused(_("Hồ sơ chưa có kế hoạch kiểm thử."))
    return trial


def begin_round(request: ConnectionRequest) -> Trial:
    """Open the next round of a locked dossier with a case for each template in use.

    Raises GuardRefused unless the templates cover all four groups that QC10.4 names.
    """
    templates = list(TestTemplate.objects.filter(active=True))
    missing = [group.label for group in TestGroup if group not in {item.group for item in templates}]
    if missing:
        text = _("Chưa có mẫu ca kiểm thử đang áp dụng cho nhóm: %(groups)s.")
        raise GuardRefused(text % {"groups": ", ".join(map(str, missing))})
    last = request.trials.order_by("-round").first()
    trial = Trial.objects.create(request=request, round=last.round + 1 if last else 1, started_at=clock.now())
    for item in templates:
        TrialCase.objects.create(
            trial=trial,
            **{name: getattr(item, name) for name in ("code", "group", "title", "expectation", "measure", "basis")},
            parameters=item.parameters,
            place=item.place,
        )
    return trial


@transaction.atomic
def start_over(*, actor: Actor, request: ConnectionRequest, reason: str) -> Trial:
    """Begin the tests anew while they run: what was measured so far no longer counts, and stays readable.

    For when an early fault spoiled the figures; from then on only later calls are measured.
    """
    stored = lock(request)
    reason = require(actor, stored, "start_over", reason=reason)
    latest_round(stored)
    trial = begin_round(stored)
    move(actor=actor, request=stored, action="start_over", reason=reason, after={"round": trial.round})
    return trial


@transaction.atomic
def reopen_tests(*, actor: Actor, request: ConnectionRequest, reason: str) -> Trial:
    """Go back to testing from a finished record: confirmations are void, the record stays readable, a round begins."""
    stored = lock(request)
    return reopen_locked(actor, stored, require(actor, stored, "reopen_tests", reason=reason))


@transaction.atomic
def void_if_changed(*, actor: Actor, request: ConnectionRequest, reason: str) -> Trial | None:
    """Void the test record when a deed of *actor* changed what it says (lines, networks, quota, cases).

    Called by every deed on a locked dossier that may change its scope after the tests, as the last thing before it
    closes gates; does nothing where no record waits or the change does not touch it.
    """
    if request.state not in FROZEN or latest_round(request).record_unchanged():
        return None
    record_fact(actor=actor, deed="request.record_voided", subject=request, reason=reason, clause="QC10.4")
    return reopen_locked(system_actor(_("Thay đổi hồ sơ sau khi lập biên bản")), request, reason)


def reopen_locked(actor: Actor, stored: ConnectionRequest, reason: str) -> Trial:
    """Void what both sides said of the last record and begin a round, on a dossier locked and judged."""
    voided = void_confirmations(latest_round(stored))
    stored.operator_agreed = False
    trial = begin_round(stored)
    after = {"round": trial.round, "voided": voided}
    move(actor=actor, request=stored, action="reopen_tests", reason=reason, after=after)
    stop_clock(stored, Step.CONFIRMATION)
    start_clock(stored, Step.TESTING)
    withdraw_printout(actor=actor, request=stored, kind=PrintoutKind.TEST_RECORD, reason=reason)
    announce(actor, stored, "reopen_tests")
    return trial


def void_confirmations(trial: Trial) -> list[str]:
    """Make what both sides said of a record void; return the sides that had spoken."""
    sides = []
    for confirmation in trial.confirmations.select_for_update().filter(voided_at__isnull=True):
        confirmation.voided_at = clock.now()
        confirmation.save()
        sides.append(confirmation.side)
    return sides
