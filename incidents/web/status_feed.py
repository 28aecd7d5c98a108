"""The status page as an Atom feed: interruptions and maintenance of public services (RFC 4287)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from core import clock
from incidents.selectors import status
from incidents.selectors.maintenance import Planned
from incidents.selectors.status_events import PublicEvent
from incidents.services.maintenance_letters import moment

MOST = 50
_SECONDS = 60


@require_safe
@conditional_page
@cache_control(public=True, max_age=_SECONDS)
def status_feed(request: HttpRequest) -> HttpResponse:
    """Give the last ninety days and what is ahead, the newest first."""
    page = f"{settings.PUBLIC_URL}{reverse('status')}"
    feed = Atom1Feed(
        title=_("Trạng thái dịch vụ dữ liệu tỉnh Tuyên Quang"),
        link=page,
        description="",
        feed_url=f"{settings.PUBLIC_URL}{reverse('status_feed')}",
        feed_guid=_tag("feed"),
        language="vi",
    )
    planned = [*status.maintenance_ahead(), *status.past_maintenance()]
    items = [*map(_of_event, status.history()), *map(_of_window, planned)]
    for item in sorted(items, key=lambda one: one["updateddate"], reverse=True)[:MOST]:
        feed.add_item(description=item.pop("text"), **item)
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _of_event(event: PublicEvent) -> dict[str, Any]:
    text = _("%(what)s từ %(begins)s") % {"what": event.text, "begins": moment(event.began_at)}
    if event.ended_at is not None:
        text = _("%(what)s; đã hết lúc %(ends)s") % {"what": text, "ends": moment(event.ended_at)}
    return {
        "title": event.title,
        "link": f"{settings.PUBLIC_URL}{event.url}",
        "text": f"{text}.",
        "unique_id": _tag(event.key),
        "pubdate": event.began_at,
        "updateddate": event.ended_at or event.began_at,
    }


def _of_window(planned: Planned) -> dict[str, Any]:
    window = planned.window
    what = ", ".join(service.title for service in planned.services) or _("toàn nền tảng")
    values = {"what": what, "begins": moment(window.starts_at), "ends": moment(window.ends_at)}
    cancelled = window.standing == "cancelled"
    title = _("Hủy bảo trì: %(what)s") if cancelled else _("Bảo trì: %(what)s")
    text = _("Từ %(begins)s đến %(ends)s.") % values
    return {
        "title": title % values,
        "link": f"{settings.PUBLIC_URL}{reverse('status_maintenance', args=[window.code])}",
        "text": text if cancelled else f"{text} {window.public_text}",
        "unique_id": _tag(f"maintenance-{window.code}"),
        "pubdate": window.planned_at,
        "updateddate": min(window.ends_at, clock.now()) if window.standing == "over" else window.changed_at,
    }


def _tag(key: str) -> str:
    """Return an id that stays the same whatever becomes of the address (RFC 4151)."""
    host = settings.PUBLIC_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    return f"tag:{host},2026:trang-thai/{key}"
