"""Noticing that a source system does not answer, telling who has to act, telling when it does again (N38, Q50-7.6).

Each sweep reads two signs: calls that failed in a row (from the call log, as the broker's breakers count) and checks
of our own that failed twice. What is told goes by the alert of the outage, where a rule makes one. Nothing here
decides about calls; the breakers do, in each worker, at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from audit.selectors.faults import Faults, answered_since, faults_since
from catalog.models import Upstream
from core import clock
from core.actor import system_actor
from core.problems import PROBLEMS
from incidents.choices import Sign
from incidents.models import HealthPolicy, Outage, UpstreamHealth
from incidents.selectors.health import health_policy
from incidents.selectors.outages import SAME_OUTAGE, called_upstreams, failed_twice
from incidents.services.health import GOOD
from incidents.services.outage_alerts import raise_for, settle_for
from incidents.services.outage_notices import tell_closed, tell_opened

# Faults longer ago say nothing about now.
WINDOW = timedelta(minutes=15)
# An outage that comes back (SAME_OUTAGE) is over only after longer quiet.
LONGER = 10
CLAUSE = "QC7.5"
_WATCH = system_actor("Theo dõi kết nối")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why an address counts as not answering."""

    sign: Sign
    detail: str


def watch() -> tuple[int, int]:
    """Open and close outages by what calls and checks say now; return how many of each. Safe to run at any time."""
    policy = health_policy()
    faults = faults_since(clock.now() - WINDOW, policy.outage_faults)
    evidence = _by_checks() | _by_calls(faults, policy)
    lasting = {outage.upstream_id: outage for outage in Outage.objects.open()}
    called = {upstream.pk: upstream for upstream in called_upstreams({*evidence, *lasting})}
    opened = sum(_open(called[pk], found) for pk, found in evidence.items() if pk in called and pk not in lasting)
    closed = 0
    for upstream_id, outage in lasting.items():
        if upstream_id not in called:
            closed += _close(outage, _("Địa chỉ không còn được dùng"), told=False)
        elif upstream_id not in evidence and _recovered(outage, faults.get(upstream_id), policy):
            closed += _close(outage, _("Hệ thống nguồn trả lời trở lại"))
    return opened, closed


def _by_calls(faults: dict[int, Faults], policy: HealthPolicy) -> dict[int, Evidence]:
    """Return upstreams whose last calls all failed, as many as the policy says."""
    many = {pk: found for pk, found in faults.items() if found.count >= policy.outage_faults}
    return {
        pk: Evidence(Sign.CALLS, str(PROBLEMS[found.reason].title))
        for pk, found in many.items()
        if not answered_since([pk], found.first_at)
    }


def _by_checks() -> dict[int, Evidence]:
    """Return upstreams whose last two checks failed; where calls are answered, only the check is wrong."""
    return {
        pk: Evidence(Sign.CHECKS, last.detail)
        for pk, (first, last) in failed_twice().items()
        if not answered_since([pk], first.at)
    }


def _recovered(outage: Outage, faults: Faults | None, policy: HealthPolicy) -> bool:
    """Return whether the address answered, a call or a check, and nothing failed for a while."""
    quiet = timedelta(seconds=policy.quiet_seconds * (LONGER if outage.reopened else 1))
    last = max(outage.opened_at, faults.last_at) if faults else outage.opened_at
    if clock.now() - last < quiet:
        return False
    return _checked(outage, last, clock.now() - quiet) or bool(answered_since([outage.upstream_id], last))


def _checked(outage: Outage, last: datetime, quiet_from: datetime) -> bool:
    return UpstreamHealth.objects.filter(
        upstream_id=outage.upstream_id, state__in=GOOD, checked_at__gt=last, since__lte=quiet_from
    ).exists()


@transaction.atomic
def _open(upstream: Upstream, evidence: Evidence) -> int:
    """Open an outage once, or the last one again; return how many were opened."""
    Upstream.objects.select_for_update().get(pk=upstream.pk)
    if Outage.objects.open().filter(upstream=upstream).exists():
        return 0
    now = clock.now()
    before = Outage.objects.filter(upstream=upstream, closed_at__gt=now - SAME_OUTAGE).order_by("-closed_at").first()
    if before is not None:
        before.closed_at, before.reopened = None, before.reopened + 1
        before.save()
        record_fact(actor=_WATCH, deed="outage.reopened", subject=before, reason=evidence.detail, clause=CLAUSE)
        return 1
    made = Outage.objects.create(upstream=upstream, sign=evidence.sign, detail=evidence.detail[:200], opened_at=now)
    after = {"sign": evidence.sign, "detail": evidence.detail}
    record_fact(actor=_WATCH, deed="outage.opened", subject=made, after=after, clause=CLAUSE)
    if not raise_for(made):
        tell_opened(made)
    return 1


@transaction.atomic
def _close(outage: Outage, why: str, *, told: bool = True) -> int:
    stored = Outage.objects.select_for_update(of=("self",)).select_related("upstream__version__service__provider")
    found = stored.get(pk=outage.pk)
    if found.closed_at is not None:
        return 0
    found.closed_at = clock.now()
    found.save()
    record_fact(actor=_WATCH, deed="outage.closed", subject=found, reason=why, clause=CLAUSE)
    settled = settle_for(found, why)
    if told and not settled:
        tell_closed(found)
    return 1
