"""Telling what happened to alerts: out of the outbox, each news once, many together.

One worker tells at a time (it holds the teller's row). Notices, letters and messages for webhooks are written in the
transaction that marks the news as told: whoever dies in between has told nobody, and the next one tells all of it.
"""

from datetime import timedelta

from django.db import transaction

from accounts.choices import Topic
from accounts.services.notices import post_notices
from core import clock
from incidents.alert_choices import News
from incidents.models import AlertNews, AlertTeller
from incidents.selectors.alert_audience import Audience, audiences_of, readers_of
from incidents.selectors.alert_policy import alert_policy
from incidents.services.alert_words import message_of, topic_of
from incidents.services.webhook_queue import queue_news

# News told in one transaction; more are told in the next.
MOST = 20_000


def tell_news() -> int:
    """Tell what is untold; return how many news. Nothing while another tells, or while a storm is gathered."""
    total = 0
    while told := _tell():
        total += told
    return total


@transaction.atomic
def _tell() -> int:
    teller = _teller()
    if teller is None or _gathers(teller):
        return 0
    waiting = AlertNews.objects.filter(told_at__isnull=True).order_by("id")
    news = list(waiting.select_related("alert__rule", "alert__service").defer("alert__samples")[:MOST])
    if not news:
        return 0
    audiences = audiences_of(news)
    queue_news(audiences)
    for audience, rows in audiences.items():
        for topic in (Topic.OUTAGE, Topic.ALERT):
            if about := [row for row in rows if topic_of(row) == topic]:
                _post(audience, about)
    now = clock.now()
    AlertNews.objects.filter(pk__in=[row.pk for row in news]).update(told_at=now)
    before = teller.count if now - teller.told_at < _pause() else 0
    teller.told_at, teller.count = now, before + len(news)
    teller.save()
    return len(news)


def _teller() -> AlertTeller | None:
    """Return the teller's row, held; None while another worker holds it."""
    AlertTeller.objects.get_or_create(pk=1, defaults={"told_at": clock.now() - timedelta(days=1)})
    return AlertTeller.objects.select_for_update(skip_locked=True).filter(pk=1).first()


def _pause() -> timedelta:
    return timedelta(minutes=alert_policy().gather_minutes)


def _gathers(teller: AlertTeller) -> bool:
    """Return whether so much was told just now that more waits; a clock that was put back holds nothing up."""
    since = clock.now() - teller.told_at
    return teller.count >= alert_policy().gather_from and timedelta(0) <= since < _pause()


def _post(audience: Audience, rows: list[AlertNews]) -> None:
    agency, people = readers_of(audience, rows)
    if audience.heads:
        _agency, duty = readers_of(Audience(audience.agency_id), rows)
        known = {person.pk for person in duty}
        people = [person for person in people if person.pk not in known]
    if len(rows) == 1 and rows[0].event == News.CLOSED:
        people = [person for person in people if person.pk != rows[0].alert.closed_by_id]
    boxes = [agency.shared_mailbox] if agency is not None and not audience.heads else []
    message = message_of(rows, staff=audience.agency_id is None)
    post_notices(message=message, agency=agency, people=people, mailboxes=boxes)
