"""Messages for webhooks, made in the transaction that tells: one for each news, one for many at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from incidents.alert_choices import WebhookState, at_least
from incidents.models import AlertNews, Webhook, WebhookDelivery
from incidents.selectors.alert_audience import Audience
from incidents.services.webhooks import message_for

# More news at once for one webhook are one message that counts them and names the first.
MOST_EACH, NAMED = 20, 50


def queue_news(audiences: Mapping[Audience, Sequence[AlertNews]]) -> int:
    """Make the messages of what each audience is told; return how many. One a webhook and news, by the database."""
    made: list[WebhookDelivery] = []
    active = Webhook.objects.filter(state=WebhookState.ACTIVE).select_related("agency")
    for webhook in active.order_by("pk"):
        rows: dict[int, AlertNews] = {}
        for audience, news in audiences.items():
            mine = (
                webhook.agency.is_operator if audience.agency_id is None else audience.agency_id == webhook.agency_id
            )
            if mine and not audience.heads:
                rows |= {row.pk: row for row in news if at_least(row.alert.severity, webhook.floor)}
        made += _messages(webhook, list(rows.values()))
    WebhookDelivery.objects.bulk_create(made)
    return len(made)


def _messages(webhook: Webhook, news: list[AlertNews]) -> list[WebhookDelivery]:
    if len(news) > MOST_EACH:
        counted = Counter(row.alert.severity for row in news)
        first = [_data(row) for row in news[:NAMED]]
        data = {"count": len(news), "by_severity": dict(counted), "first": first, "url": _address(None)}
        return [WebhookDelivery(**message_for(webhook, "alert.many", data))]
    return [
        WebhookDelivery(news=row, **message_for(webhook, f"alert.{row.event}", {**_data(row), "url": _address(row)}))
        for row in news
    ]


def _address(row: AlertNews | None) -> str:
    path = reverse("alerts") if row is None else reverse("alert", args=[row.alert_id])
    return f"{settings.PUBLIC_URL}{path}"


def _data(row: AlertNews) -> dict[str, Any]:
    """Return what a machine learns of an alert: ids, figures, the same text people read; nothing of calls' content."""
    alert = row.alert
    return {
        "alert": alert.pk,
        "event": row.event,
        "rule": alert.rule.code,
        "name": alert.rule.name,
        "severity": alert.severity,
        "state": alert.state,
        "subject": {"kind": alert.subject_kind, "id": alert.subject_id, "label": alert.label},
        "service": alert.service.code if alert.service else None,
        "summary": alert.summary,
        "value": alert.value,
        "count": alert.count,
        "first_at": alert.first_at.isoformat(),
        "last_at": alert.last_at.isoformat(),
        "closed_at": alert.closed_at.isoformat() if alert.closed_at else None,
    }
