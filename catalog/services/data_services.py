"""Deeds on entries of the catalogue: enter, change."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.gates import announce, open_gate, set_limit
from audit.record import changed, record_fact
from catalog.choices import CALLABLE, ServiceState
from catalog.guards import (
    SERVICE_MANAGE,
    class_gaps,
    fields_above,
    legal_gaps,
    may_edit_services_of,
    some_of,
)
from catalog.models import DataService, ServiceVersion
from catalog.services.judging import Errors, judge, require_fresh, store, tidied
from catalog.services.searching import index_service
from core import clock
from core.actor import Actor
from core.problems import PermissionRefused, StateRefused
from core.text import fold, sort_key

FIELDS = (
    "title",
    "summary",
    "provider",
    "data_scope",
    "eligible_consumers",
    "sharing_method",
    "sharing_class",
    "personal_data",
    "importance",
    "data_layer",
    "sector",
    "mandatory_sharing",
    "security_note",
    "update_every_days",
    "default_quota",
    "capacity_per_day",
    "calls_at_once",
    "not_state_secret",
)


@transaction.atomic
def create_service(
    *, actor: Actor, code: str, provider: Agency, is_sample: bool = False, **fields: Any
) -> DataService:
    """Enter a data service of *provider* (QC11.2); the legal items may have gaps until a version is published.

    Data that is a state secret is refused (QC3.3). Raises PermissionRefused, InvalidInput.
    """
    if not may_edit_services_of(actor, provider.pk):
        raise PermissionRefused(_("Chỉ cán bộ của cơ quan cung cấp hoặc cán bộ vận hành được đăng ký dịch vụ này."))
    values = tidied(DataService, {**fields, "provider": provider, "code": code}, ("code", *FIELDS))
    made = DataService(**values, is_sample=is_sample)
    _save(made, _errors(made))
    set_total(made)
    record_fact(actor=actor, deed="service.entered", subject=made, after=values, clause="QC11.2")
    return made


@transaction.atomic
def change_service(*, actor: Actor, service: DataService, revision: int | None = None, **fields: Any) -> DataService:
    """Change what the catalogue says of a service; the code stays. *revision* is the one the person saw.

    The provider's staff change it until a version awaits publication, from then on SKHCN's staff do; a published
    service keeps its legal items and classes whole, and says no less personal data than its fields hold.
    """
    stored = DataService.objects.select_for_update().get(pk=service.pk)
    if not may_edit_services_of(actor, stored.provider_id):
        raise PermissionRefused(_("Chỉ cán bộ của cơ quan cung cấp hoặc cán bộ vận hành được sửa dịch vụ này."))
    live = stored.versions.filter(state__in=CALLABLE)
    published = live.exists()
    if not actor.may(SERVICE_MANAGE):
        _require_open(stored, published=published)
    require_fresh(stored, revision)
    values = tidied(DataService, fields, FIELDS)
    provider = values.get("provider", stored.provider)
    errors = Errors()
    if provider.pk != stored.provider_id and not actor.may(SERVICE_MANAGE):
        errors["provider"] = [_("Chỉ cán bộ vận hành được đổi cơ quan cung cấp")]
    before = {name: getattr(stored, name) for name in values}
    for name, value in values.items():
        setattr(stored, name, value)
    old, new = changed(before, values)
    if not new and not errors:
        return stored
    if published:
        errors |= _gaps_of(stored, live)
    stored.revision += 1
    _save(stored, errors | _errors(stored))
    record_fact(actor=actor, deed="service.changed", subject=stored, before=old, after=new, clause="QC11.2")
    _tell_brokers(stored, new, published=published)
    return stored


def _tell_brokers(service: DataService, new: Mapping[str, Any], *, published: bool) -> None:
    if "capacity_per_day" in new:
        set_total(service)
    if published:
        announce()


def set_total(service: DataService) -> None:
    """Have the service's gate let through what its provider says it can serve a day; the first figure opens one.

    A figure taken back leaves the gate, which the broker no longer asks. Calls counted today stay counted.
    """
    capacity = service.capacity_per_day
    if capacity is None:
        return
    if service.total_gate_id is None:
        service.total_gate_id = open_gate(limit=capacity)
        service.save(update_fields=["total_gate_id"])
    else:
        set_limit(service.total_gate_id, capacity)


def _require_open(service: DataService, *, published: bool) -> None:
    """Refuse the provider's change of what is published or lies before SKHCN. Raises StateRefused."""
    if published:
        raise StateRefused(_("Dịch vụ đã công bố; đề nghị cán bộ vận hành của Sở Khoa học và Công nghệ sửa."))
    if service.versions.filter(state=ServiceState.AWAITING).exists():
        raise StateRefused(_("Dịch vụ có phiên bản đang chờ công bố; rút đề nghị công bố rồi sửa."))


def _gaps_of(service: DataService, live: QuerySet[ServiceVersion]) -> Errors:
    needed = legal_gaps(service) | class_gaps(service)
    text = _("Dịch vụ đã công bố cần có %(label)s")
    errors = {name: [text % {"label": label}] for name, label in needed.items()}
    if names := fields_above(live, service.personal_data):
        text = _("Phiên bản đã công bố có trường dữ liệu cá nhân ở mức cao hơn: %(names)s")
        errors["personal_data"] = [text % {"names": some_of(names)}]
    return errors


def _errors(service: DataService) -> Errors:
    errors = Errors()
    if not service.not_state_secret:
        errors["not_state_secret"] = [
            _(
                "Dữ liệu thuộc bí mật nhà nước không được đăng ký hay chia sẻ qua nền tảng này. "
                "Chỉ đánh dấu khi đã xác định dữ liệu không thuộc danh mục bí mật nhà nước"
            )
        ]
    ended = service.provider.valid_to
    if ended is not None and ended < clock.today():
        errors["provider"] = [_("%(name)s đã kết thúc; chọn cơ quan còn hoạt động") % {"name": service.provider}]
    return errors


def search_text(service: DataService) -> str:
    """Return the folded text that a service is found by."""
    return fold(f"{service.title} {service.code} {service.summary} {service.data_scope} {service.provider}")


def _save(service: DataService, errors: Errors) -> None:
    service.sort_key = sort_key(service.title)[:700]
    service.search = search_text(service)
    judge(service, errors)
    store(service, unique="code")
    index_service(service.pk)
