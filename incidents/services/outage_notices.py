"""What is said of outages, and of certificates near their end: to SKHCN's people and to the provider."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import Upstream
from catalog.services.telling import about, tell_agency, tell_operators
from core import clock
from core.choices import Environment
from incidents.models import Outage
from incidents.selectors.maintenance import planned_at
from incidents.services.followers import tell_followers


def tell_opened(outage: Outage) -> None:
    """Tell that a source system does not answer."""
    body = _(
        "Từ %(when)s nền tảng không nhận được trả lời của %(what)s. Biểu hiện: %(detail)s. Trong lúc này lượt gọi "
        "được chuyển sang địa chỉ khác của dịch vụ nếu có, nếu không thì bên gọi nhận mã lỗi 503. Kiểm "
        "tra hệ thống nguồn và đường truyền; nền tảng tự gọi lại và báo khi hệ thống nguồn trả lời."
    )
    values = {**words_of(outage.upstream), "when": _moment(outage.opened_at), "detail": outage.detail}
    _tell(outage, "outage.opened", _("Mất kết nối hệ thống nguồn – %(service)s") % values, body % values)
    text = _(
        "Từ %(when)s nền tảng không nhận được trả lời của hệ thống nguồn. Nền tảng tự gọi lại và báo khi nối lại."
    )
    _tell_public(outage, _("Mất kết nối – %(service)s") % values, text % values)


def tell_closed(outage: Outage) -> None:
    """Tell that it does again."""
    body = _("%(what)s đã trả lời trở lại; sự cố kéo dài từ %(begun)s đến %(ended)s.")
    values = {
        **words_of(outage.upstream),
        "begun": _moment(outage.opened_at),
        "ended": _moment(outage.closed_at),
    }
    _tell(outage, "outage.closed", _("Đã nối lại hệ thống nguồn – %(service)s") % values, body % values)
    text = _("Hệ thống nguồn đã trả lời trở lại; gián đoạn từ %(begun)s đến %(ended)s.")
    _tell_public(outage, _("Đã nối lại – %(service)s") % values, text % values)


def words_of(upstream: Upstream) -> dict[str, str]:
    """Return how an address is called in texts; the address itself is told to nobody by letter."""
    version = upstream.version
    what = _("Địa chỉ thứ %(place)s của dịch vụ %(service)s %(version)s, môi trường %(environment)s") % {
        "place": upstream.place,
        "service": version.service.title,
        "version": version.name,
        "environment": upstream.get_environment_display().lower(),
    }
    return {"service": version.service.title, "what": what}


def _moment(at: object) -> str:
    return f"{at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"  # type: ignore[attr-defined]


def _tell(outage: Outage, event: str, subject: str, body: str) -> None:
    version = outage.upstream.version
    staff, own = reverse("admin:incidents_outage_changelist"), own_page(outage.upstream)
    tell_operators(about(event, Topic.OUTAGE, subject, body, staff))
    tell_agency(about(event, Topic.OUTAGE, subject, body, own), version.service.provider, [SERVICE_EDIT_OWN])


def _tell_public(outage: Outage, subject: str, body: str) -> None:
    """Tell who follows the service on the status page; not of trials, nor of what began in announced maintenance."""
    service = outage.upstream.version.service
    if outage.upstream.environment == Environment.LIVE and not planned_at(outage.opened_at, [service.pk]):
        link = reverse("status_service", args=[service.code])
        tell_followers(services=[service.pk], subject=subject, body=body, link=link)


def own_page(upstream: Upstream) -> str:
    """Return the provider's page on which an address stands."""
    return reverse("own_version", args=[upstream.version.service.code, upstream.version.name])
