"""What is said of an incident while it lasts: notes among SKHCN, words to agencies, words to the public, figures."""

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.record import record_fact
from audit.selectors.rollups import sums
from audit.services.rollups import roll_up
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.documents.wording import number
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import fold, nfc, tidy
from incidents.guards.incidents import REPORT
from incidents.models import Incident, IncidentEntry
from incidents.register_choices import Audience, EntryKind
from incidents.selectors.affected import kept_private, public_services
from incidents.services.followers import tell_followers
from incidents.services.incident_deadlines import meet_first_word
from incidents.services.incident_moves import CLAUSE, add_entry, lock_incident, require_manager, touch_incident
from incidents.services.incident_parties import tell_new_parties
from incidents.services.incident_telling import tell_every_party

LONGEST = 4000
#: Calls this long before the incident began show how it was before.
BEFORE = timedelta(minutes=10)
MOST = timedelta(days=7)


@transaction.atomic
def write_update(
    *,
    actor: Actor,
    incident: Incident,
    text: str,
    audience: str,
    public_title: str = "",
    revision: int | None = None,
) -> IncidentEntry:
    """Write into the timeline for SKHCN alone, for the agencies touched, or for everybody.

    The first public word needs a title for the status page. A public text names no service the public may not know
    of. Agencies hear of every word to them, those not yet told included. Raises PermissionRefused, InvalidInput.
    """
    require_manager(actor)
    stored, said = lock_incident(incident, revision=revision), nfc(text).strip()
    title = tidy(public_title) or stored.public_title
    if errors := _errors(stored, said, audience, title):
        raise InvalidInput(errors)
    entry = add_entry(actor, stored, EntryKind.UPDATE, audience, said)
    if audience == Audience.PUBLIC:
        stored.public_title = title
        stored.published_at = stored.published_at or clock.now()
    touch_incident(stored)
    record_fact(
        actor=actor, deed="incident.updated", subject=stored, after={"audience": audience, "text": said}, clause=CLAUSE
    )
    if audience != Audience.INTERNAL:
        _tell(actor, stored, Audience(audience))
    if audience == Audience.PUBLIC:
        _tell_followers(stored, said)
    return entry


def _tell_followers(incident: Incident, text: str) -> None:
    """Send the public words to who follows a service the public may know of."""
    services = [pk for pk, _title in public_services([incident.pk]).get(incident.pk, [])]
    subject = _("Sự cố: %(title)s") % {"title": incident.public_title}
    tell_followers(services=services, subject=subject, body=text, link=reverse("status"))


def _errors(incident: Incident, text: str, audience: str, title: str) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if audience not in Audience.values:
        errors["audience"] = [_("Chọn người đọc")]
    if not text:
        errors["text"] = [_("Nhập nội dung diễn biến")]
    elif len(text) > LONGEST:
        errors["text"] = [_("Viết tối đa %(n)s ký tự") % {"n": LONGEST}]
    return errors | (_public_errors(incident, text, title) if audience == Audience.PUBLIC and not errors else {})


def _public_errors(incident: Incident, text: str, title: str) -> dict[str, list[str]]:
    if not title:
        return {"public_title": [_("Nhập tên công bố: người dân và cơ quan khác đọc tên này")]}
    if len(title) > 200:
        return {"public_title": [_("Viết tối đa %(n)s ký tự") % {"n": 200}]}
    errors: dict[str, list[str]] = {}
    said = _("Không nêu «%(service)s» trong nội dung công bố: dịch vụ này không công khai")
    for service in kept_private(incident):
        for name, value in (("text", text), ("public_title", title)):
            if fold(service.title) in fold(value) or service.code in value:
                errors.setdefault(name, []).append(said % {"service": service.title})
    return errors


def _tell(actor: Actor, incident: Incident, audience: Audience) -> None:
    already = set(incident.parties.filter(told_at__isnull=False).values_list("pk", flat=True))
    values = {"code": incident.code, "title": incident.title}
    if already:
        body = _("Có diễn biến mới của sự cố %(code)s (%(title)s). Nội dung ghi trên cổng.") % values
        tell_every_party(incident, "updated", _("Sự cố %(code)s: diễn biến mới") % values, body)
    tell_new_parties(actor, incident)
    meet_first_word(incident, str(audience.label))


@transaction.atomic
def answer_as_party(*, actor: Actor, incident: Incident, text: str) -> IncidentEntry:
    """Say something about an incident as an agency it touches; SKHCN and the other agencies read it.

    Raises PermissionRefused, StateRefused once it is ended, InvalidInput.
    """
    if not actor.may(REPORT) or not actor.agency_id:
        raise PermissionRefused(_("Gửi ý kiến về sự cố thuộc người báo sự cố của cơ quan."))
    stored, said = lock_incident(incident), nfc(text).strip()
    if not stored.parties.filter(agency_id=actor.agency_id, told_at__isnull=False).exists():
        raise PermissionRefused(_("Sự cố này không thuộc cơ quan bạn."))
    if stored.is_ended:
        raise StateRefused(_("Sự cố đã kết thúc; nếu còn xảy ra, báo sự cố mới."))
    if not said or len(said) > LONGEST:
        raise InvalidInput({"text": [_("Nhập nội dung, tối đa %(n)s ký tự") % {"n": LONGEST}]})
    entry = add_entry(actor, stored, EntryKind.PARTY, Audience.PARTIES, said)
    touch_incident(stored)
    record_fact(actor=actor, deed="incident.answered", subject=stored, after={"text": said}, clause="QC15.4")
    return entry


@transaction.atomic
def note_figures(*, actor: Actor, incident: Incident, revision: int | None = None) -> IncidentEntry:
    """Write what the call log shows of the affected services from ten minutes before on, seven days at most.

    Raises PermissionRefused, StateRefused when no service is named.
    """
    require_manager(actor)
    stored = lock_incident(incident, revision=revision)
    names = dict(stored.affected.values_list("service__code", "service__title"))
    if not names:
        raise StateRefused(_("Chưa chọn dịch vụ bị ảnh hưởng nên chưa có số liệu để lấy."))
    until = min(stored.recovered_at or clock.now(), stored.started_at + MOST)
    since = stored.started_at - BEFORE
    roll_up()
    found = sums(since=since, until=until, by=["service"], environment=Environment.LIVE.value, service=list(names))
    calls = {code: figures for (code,), figures in found.items()}
    lines = [
        _("%(name)s: %(total)s lượt gọi, %(good)s thành công")
        % {"name": name, "total": number(calls[code].calls), "good": number(calls[code].success)}
        if code in calls
        else _("%(name)s: không có lượt gọi") % {"name": name}
        for code, name in names.items()
    ]
    span = _("Nhật ký cuộc gọi từ %(since)s đến %(until)s") % {"since": _moment(since), "until": _moment(until)}
    entry = add_entry(actor, stored, EntryKind.LOG, Audience.INTERNAL, "\n".join([f"{span}:", *lines]))
    touch_incident(stored)
    after = {"services": sorted(names), "since": since, "until": until}
    record_fact(actor=actor, deed="incident.figures_noted", subject=stored, after=after, clause=CLAUSE)
    return entry


def _moment(at: object) -> str:
    return f"{at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"  # type: ignore[attr-defined]
