"""An agency reports an incident (ux.md A7): a service or a call, since when, how bad, and what is seen (QC15.4)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.choices import PersonalData
from catalog.models import DataService
from catalog.selectors.data_errors import call_of_agency
from catalog.services.judging import Errors
from core import clock
from core.actor import Actor
from core.problems import PermissionRefused
from core.text import nfc
from incidents.guards.incidents import REPORT
from incidents.models import Incident
from incidents.register_choices import SUGGESTED, Impact, Origin
from incidents.services.incident_moves import next_code
from incidents.services.incident_opening import Wanted, open_incident
from incidents.services.incident_parties import tell_new_parties

LONGEST = 2000


@transaction.atomic
def report_incident(
    *,
    actor: Actor,
    impact: str,
    text: str,
    started_at: datetime | None = None,
    service: DataService | None = None,
    call_id: UUID | None = None,
    form_token: UUID | None = None,
) -> Incident:
    """Report an incident for the actor's agency; the severity is a first guess that SKHCN classifies.

    *call_id* must be a call of the agency's own systems to *service*; a foreign one is refused like one that does not
    exist. The same *form_token* twice is one report. Raises PermissionRefused, InvalidInput.
    """
    if not actor.may(REPORT) or actor.agency_id is None or actor.user_id is None:
        raise PermissionRefused(_("Báo sự cố thuộc người của cơ quan: cán bộ, đại diện, cán bộ kỹ thuật."))
    code, now = next_code(), clock.now()
    if form_token and (had := Incident.objects.filter(form_token=form_token, agency=actor.agency_id).first()):
        return had
    said, started = nfc(text).strip(), started_at or now
    errors = _errors(actor, impact, said, started, service, call_id)
    wanted = _wanted(actor, impact, said, started, service, call_id=call_id, form_token=form_token)
    made = open_incident(actor=actor, code=code, origin=Origin.AGENCY, wanted=wanted, errors=errors)
    # Who else uses or provides the service waits for SKHCN.
    tell_new_parties(actor, made, only=actor.agency_id)
    return made


def _wanted(
    actor: Actor, impact: str, text: str, started: datetime, service: DataService | None, **fields: UUID | None
) -> Wanted:
    kind = Impact(impact) if impact in Impact.values else Impact.MINOR
    name = service.title if service is not None else _("Nền tảng LGSP")
    return Wanted(
        title=f"{name}: {str(kind.label).lower()}"[:200],
        summary=text,
        severity=SUGGESTED[kind],
        started_at=started,
        services=[service] if service is not None else [],
        fields={
            **fields,
            "impact": impact if impact in Impact.values else "",
            "agency_id": actor.agency_id,
            "reporter_id": actor.user_id,
            # The clock of 72 hours runs from detection, not from our being sure.
            "personal_data": kind == Impact.SECURITY and _holds_personal_data(service),
        },
    )


def _holds_personal_data(service: DataService | None) -> bool:
    return service is not None and service.personal_data in (PersonalData.BASIC, PersonalData.SENSITIVE)


def _errors(
    actor: Actor, impact: str, text: str, started: datetime, service: DataService | None, call_id: UUID | None
) -> Errors:
    errors: Errors = {}
    if impact not in Impact.values:
        errors["impact"] = [_("Chọn mức ảnh hưởng")]
    if not text:
        errors["text"] = [_("Mô tả ngắn điều cơ quan thấy")]
    elif len(text) > LONGEST:
        errors["text"] = [_("Viết tối đa %(n)s ký tự") % {"n": LONGEST}]
    if started > clock.now():
        errors["started_at"] = [_("Thời điểm xảy ra không được ở tương lai")]
    if service is not None and not DataService.objects.visible_to(actor).filter(pk=service.pk).exists():
        errors["service"] = [_("Chọn dịch vụ trong danh mục")]
    if call_id is not None and (service is None or call_of_agency(call_id, actor.agency_id or 0, service) is None):
        errors["call_id"] = [
            _("Không có lượt gọi mang mã này của hệ thống thuộc cơ quan bạn tới dịch vụ đã chọn; chép lại cả mã")
        ]
    return errors
