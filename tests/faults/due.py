"""What becomes due in an instance, made by its own deeds, and what came of it: told once, twice or not at all."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

from django.core.management import call_command
from django.db.models import Max

from accounts.models import Letter, Notice, User
from accounts.selectors.actors import actor_for, standings_of
from accounts.services.delivery import CLAIM
from accounts.services.letters import send_letter
from core import clock
from core.actor import Actor
from incidents.alert_choices import Detector, Severity, SubjectKind
from incidents.models import (
    AlertRule,
    HealthCheck,
    HealthPolicy,
    HelpRequest,
    Incident,
    IncidentDeadline,
    MaintenanceWindow,
    WebhookDelivery,
)
from incidents.selectors.detection.findings import Finding, found
from incidents.services import webhook_sending
from incidents.services.alerts import raise_alerts
from incidents.services.health import set_policy
from incidents.services.help import ask_help
from incidents.services.incident_opening import open_by_hand
from incidents.services.maintenance import plan_window
from incidents.services.webhooks import add_webhook
from lgsp.celery import app
from tests.faults.outside import Outside

ALERTS, LETTERS = 3, 8
INTERVAL = 30
# Jobs that beat starts too seldom for a round; started twice, as by a beat that begins anew.
SELDOM = ("incidents.tasks.tell_of_late_help", "connections.tasks.remind", "incidents.tasks.remind_of_weekly_check")


def _person(name: str) -> Actor:
    user = User.objects.get(email=f"{name}@lgsp.example")
    return actor_for(user, standings_of(user), agency_id=None)


@dataclass(slots=True)
class Due:
    """An instance seen from beside it; what is due bears the number of its round."""

    mail: Outside
    other: Outside
    deadlines: dict[int, int] = field(default_factory=dict)

    def prepare(self) -> None:
        """Make sample people, the sample service answered outside, a webhook of SKHCN's; check often."""
        call_command("load_demo", verbosity=0)
        call_command("load_sample_service", provider=f"http://127.0.0.1:{self.other.port}", verbosity=0)
        operator = _person("van-hanh.skhcn")
        address = f"http://127.0.0.1:{self.other.port}/nhan-tin"
        add_webhook(actor=operator, name="Màn hình trực", url=address, floor=Severity.INFO)
        set_policy(actor=operator, interval_seconds=INTERVAL)

    def now(self) -> datetime:
        """Return the moment."""
        return clock.now()

    def make(self, number: int) -> None:
        """Let something of each kind become due."""
        operator, now = _person("van-hanh.skhcn"), clock.now()
        rule = AlertRule.objects.get(code="refusals-of-a-key")
        for place in range(ALERTS):
            name = _alert(number, place)
            sign = Finding(SubjectKind.KEY, name, label=name, summary="9 lượt", value=9, first_at=now, last_at=now)
            raise_alerts(rule=rule, found=found([sign]))
        begins = now + timedelta(hours=10)
        times = {"starts_at": begins, "ends_at": begins + timedelta(hours=1), "whole_platform": True}
        plan_window(actor=operator, reason=_window(number), public_text=_window(number), **times)
        incident = open_by_hand(actor=operator, title=f"Sự cố vòng {number}", summary="Thử", severity=3)
        Incident.objects.filter(pk=incident.pk).update(detected_at=now - timedelta(hours=9))
        clocks = IncidentDeadline.objects.filter(incident=incident)
        clocks.update(due_at=now + timedelta(minutes=30), name=f"Hạn vòng {number}.")
        self.deadlines[number] = clocks.count()
        asker = _person("can-bo.syt")
        asked = ask_help(actor=asker, text="Hỏi", subject=f"Hỏi vòng {number}.", form_token=uuid4(), page="/")
        HelpRequest.objects.filter(pk=asked.pk).update(due_at=now - timedelta(minutes=1))
        for place in range(LETTERS):
            send_letter(to=f"nguoi-{place}.vong{number}@co-quan.example", subject="Thư", body="Nội dung")
        self._start_jobs()

    def _start_jobs(self) -> None:
        for name in SELDOM * 2:
            app.send_task(name)

    def let_claims_run_out(self, moment: datetime) -> None:
        """Let the time pass for which whoever died at *moment* had taken letters and messages; start jobs again."""
        now = clock.now()
        Letter.objects.filter(sent_at__isnull=True, claimed_until__lte=moment + CLAIM).update(claimed_until=now)
        taken = WebhookDelivery.objects.filter(delivered_at__isnull=True)
        taken.filter(claimed_until__lte=moment + webhook_sending.CLAIM).update(claimed_until=now)
        self.let_pauses_run_out()
        self._start_jobs()

    def let_pauses_run_out(self) -> None:
        """Let the time pass until the next try of every letter and message, and have letters carried."""
        now = clock.now()
        Letter.objects.filter(sent_at__isnull=True).update(next_try_at=now)
        WebhookDelivery.objects.filter(delivered_at__isnull=True).update(next_try_at=now)
        app.send_task("accounts.tasks.deliver_letters")

    def missing(self, rounds: Iterable[int]) -> list[str]:
        """Say what of *rounds* is not told yet."""
        faults = []
        for number in rounds:
            for what, wanted, times in self._told(number):
                if not times or any(count < wanted for count in times.values()):
                    faults.append(f"{what} of round {number} not told")
        waiting = Letter.objects.filter(sent_at__isnull=True, given_up_at__isnull=True).count()
        unsent = WebhookDelivery.objects.filter(delivered_at__isnull=True).count()
        faults += [f"letters not sent: {waiting}"] if waiting else []
        return faults + ([f"messages not sent: {unsent}"] if unsent else [])

    def told_twice(self, rounds: Iterable[int]) -> list[str]:
        """Say what of *rounds* was told more than once, and letters and messages that came under two names or none."""
        faults = []
        for number in rounds:
            for what, wanted, times in self._told(number):
                if any(count != wanted for count in times.values()):
                    faults.append(f"{what} of round {number}: {dict(times)} times")
        arrived = {row["id"] for row in self.mail.taken()}
        letters = {letter.message_id for letter in Letter.objects.filter(sent_at__isnull=False)}
        faults += [f"letters not arrived: {len(letters - arrived)}"] if letters - arrived else []
        faults += [f"letters nobody wrote: {len(arrived - letters)}"] if arrived - letters else []
        repeated = self.counts()["letters repeated under one Message-ID"]
        # One a worker carried when it was killed, or the server took and did not confirm.
        return faults + ([f"{repeated} letters repeated"] if repeated > len(self.deadlines) else [])

    def _told(self, number: int) -> list[tuple[str, int, Counter[object]]]:
        """Return what round *number* made due, how often each reader has to hear of it, how often each did."""
        notices = list(Notice.objects.values("recipient", "event", "subject", "body"))

        def heard(word: str, *events: str) -> Counter[object]:
            return Counter(
                row["recipient"]
                for row in notices
                if row["event"] in events and word in f"{row['subject']} {row['body']}"
            )

        told: list[tuple[str, int, Counter[object]]] = [
            ("maintenance", 1, heard(_window(number), "maintenance.first")),
            ("reminders", self.deadlines[number], heard(f"Hạn vòng {number}.", "incident.deadline")),
            ("late answer", 1, heard(f"Hỏi vòng {number}.", "help.late")),
        ]
        posted = self.other.taken()
        for place in range(ALERTS):
            name = _alert(number, place)
            told.append(("alert", 1, heard(f"{name} (", "alert.many") + heard(f"– {name} ", "alert.opened")))
            ids = {row["id"] for row in posted if _about(row) == name}
            told.append(("webhook", 1, Counter({"receiver": len(ids)})))
        arrived = Counter({row["to"]: 1 for row in self.mail.taken() if f".vong{number}@" in row["to"]})
        wanted = [f"nguoi-{place}.vong{number}@co-quan.example" for place in range(LETTERS)]
        told.append(("letter", 1, Counter({to: arrived[to] for to in wanted})))
        return told

    def checks_at_odds(self) -> list[str]:
        """Say which source system was asked too often, or not for long and nobody noticed."""
        faults = []
        rows = HealthCheck.objects.order_by("upstream", "at").values_list("upstream", "at")
        for (upstream, before), (other, at) in pairwise(rows):
            if upstream != other:
                continue
            gap = (at - before).total_seconds()
            # A claim pushes the next one an interval ahead; a check waits in the queue for a minute at most.
            if gap < INTERVAL / 3:
                faults.append(f"address {upstream} asked again after {gap:.0f} s")
            if gap > 4 * INTERVAL + 60:
                faults.append(f"address {upstream} not asked for {gap:.0f} s")
        return faults

    def at_rest(self) -> bool:
        """Say whether nobody is at a letter."""
        return not Letter.objects.filter(sent_at__isnull=True, claimed_until__isnull=False).exists()

    def tries(self) -> int:
        """Return how often the letter tried most was tried since it was written."""
        unsent = Letter.objects.filter(sent_at__isnull=True)
        return int(unsent.aggregate(most=Max("tries"))["most"] or 0)

    def given_up(self) -> int:
        """Return how many letters were given up."""
        return Letter.objects.filter(given_up_at__isnull=False).count()

    def staff_know(self) -> bool:
        """Say whether SKHCN's people were told on the portal that letters wait."""
        name = AlertRule.objects.get(detector=Detector.LETTERS).name
        return Notice.objects.filter(event__startswith="alert.", body__contains=name).exists() or (
            Notice.objects.filter(event__startswith="alert.", subject__contains=name).exists()
        )

    def counts(self) -> dict[str, int]:
        """Return figures of it all."""
        mail = [row["id"] for row in self.mail.taken()]
        posts = [row["id"] for row in self.other.taken() if row.get("method") == "POST" and row.get("id")]
        return {
            "notices": Notice.objects.count(),
            "letters": Letter.objects.count(),
            "letters repeated under one Message-ID": len(mail) - len(set(mail)),
            "messages": len(set(posts)),
            "messages repeated under one webhook-id": len(posts) - len(set(posts)),
            "checks": HealthCheck.objects.count(),
            "windows": MaintenanceWindow.objects.count(),
            "interval": HealthPolicy.objects.get(pk=1).interval_seconds,
        }


def _about(row: dict[str, Any]) -> str:
    """Return what an alert that came by webhook is about, "" for anything else that came."""
    return str(row.get("told", {}).get("data", {}).get("subject", {}).get("id", ""))


def _alert(number: int, place: int) -> str:
    return f"ak_live_vong{number}_{place}"


def _window(number: int) -> str:
    return f"Bảo trì vòng {number}."
