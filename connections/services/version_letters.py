"""Letters about the end of a version (ux.md C8, §4.1).

One for each consuming agency, with its systems and their calls; one before the day for the provider.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts import roles
from accounts.choices import Topic
from accounts.models import Agency, Membership, User
from accounts.services.notices import Message, post_notices
from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import ServiceVersion
from catalog.selectors.endings import successor_of
from connections.choices import VersionNews
from connections.selectors.old_versions import Caller, callers_of
from connections.services.keys import MANAGE_OWN
from core import clock

# News -> subject and first sentence, to consumers.
_WORDS: Mapping[VersionNews, tuple[StrOrPromise, StrOrPromise]] = {
    VersionNews.ANNOUNCED: (
        gettext_lazy("%(version)s ngừng cung cấp từ %(day)s"),
        gettext_lazy("Từ 00:00 ngày %(day)s, mọi lượt gọi tới %(version)s bị từ chối; đến lúc đó vẫn gọi như thường."),
    ),
    VersionNews.BEFORE: (
        gettext_lazy("Còn %(left)s ngày: %(version)s ngừng cung cấp từ %(day)s"),
        gettext_lazy("Từ 00:00 ngày %(day)s, mọi lượt gọi tới %(version)s bị từ chối."),
    ),
    VersionNews.RESUMED: (
        gettext_lazy("%(version)s tiếp tục được cung cấp"),
        gettext_lazy("Thông báo ngừng %(version)s từ %(day)s không còn hiệu lực; phiên bản được gọi như thường."),
    ),
    VersionNews.WITHDRAWN: (
        gettext_lazy("%(version)s đã ngừng cung cấp"),
        gettext_lazy("Mọi lượt gọi tới %(version)s nay bị từ chối. Lý do ghi trên cổng."),
    ),
}


def write_news(
    version: ServiceVersion, kind: VersionNews, *, left: int, day: date, said_before: date | None = None
) -> None:
    """Tell *kind* to each agency with a grant in force or calls in the last 30 days; the provider before the day."""
    successor = successor_of(version) if kind != VersionNews.RESUMED else None
    values = {"version": version, "day": f"{day:%d/%m/%Y}", "left": left}
    subject, body = (str(text % values) for text in _WORDS[kind])
    if said_before is not None:
        body += " " + _("Trước đây báo ngừng từ %(day)s.") % {"day": f"{said_before:%d/%m/%Y}"}
    if successor is not None:
        body += " " + _("Phiên bản thay thế: %(name)s.") % {"name": successor.name}
    callers = callers_of(version)
    by_agency: dict[int, list[Caller]] = {}
    for caller in callers:
        by_agency.setdefault(caller.system.owner_id, []).append(caller)
    technicians = _holders(MANAGE_OWN, by_agency)
    link = reverse("version_end", args=[version.service.code, version.name])
    for agency_id, systems in by_agency.items():
        told = "" if kind == VersionNews.RESUMED else "\n" + "\n".join(map(_said, systems))
        message = Message(event=f"version.{kind}", topic=Topic.ACCESS, subject=subject, body=body + told, link=link)
        people = {person.pk: person for person in technicians.get(agency_id, [])}
        people |= {one.contact.pk: one.contact for one in systems if one.contact is not None}
        owner = systems[0].system.owner
        post_notices(message=message, agency=owner, people=people.values(), mailboxes=[owner.shared_mailbox])
    if kind == VersionNews.BEFORE:
        _tell_provider(version, subject, body, callers)


def _said(caller: Caller) -> str:
    if not caller.month:
        return _("– %(system)s: không có lượt gọi phiên bản này trong 30 ngày qua.") % {"system": caller.system}
    return _("– %(system)s: %(n)s lượt gọi phiên bản này trong 7 ngày qua.") % {
        "system": caller.system,
        "n": grouped(caller.week),
    }


def grouped(number: int) -> str:
    """Return *number* as it is written in Vietnamese: 1.204."""
    return f"{number:,}".replace(",", ".")


def _tell_provider(version: ServiceVersion, subject: str, body: str, callers: Sequence[Caller]) -> None:
    provider: Agency = version.service.provider
    calling = sum(1 for caller in callers if caller.week)
    text = _("%(n)s hệ thống còn gọi phiên bản này trong 7 ngày qua; danh sách trên cổng.") % {"n": calling}
    message = Message(
        event="version.before",
        topic=Topic.ACCESS,
        subject=subject,
        body=f"{body} {text}",
        link=reverse("version_use", args=[version.service.code, version.name]),
    )
    people = _holders(SERVICE_EDIT_OWN, [provider.pk]).get(provider.pk, [])
    post_notices(message=message, agency=provider, people=people, mailboxes=[provider.shared_mailbox])


def _holders(permission: str, agencies: Sequence[int] | Mapping[int, object]) -> dict[int, list[User]]:
    """Return who holds *permission* in each of *agencies*, in one query."""
    held = Membership.objects.in_force(clock.today()).filter(
        role__in=roles.roles_with(permission), agency_id__in=list(agencies)
    )
    found: dict[int, list[User]] = {}
    for membership in held.select_related("user").order_by("user__sort_key", "user_id"):
        found.setdefault(membership.agency_id, []).append(membership.user)
    return found
