"""Signs in calls: refusals of one key, calls outside what was granted, addresses, hours, errors, long waits."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from audit.selectors import signs
from audit.selectors.signs import Sign, Signs
from catalog.models import DataService, InformationSystem
from connections.models import Credential
from core.hours import week_of
from incidents.alert_choices import SubjectKind
from incidents.selectors.detection.findings import Finding, Found, Look, number

# Refused for what was asked, not for who asked: by a proven key, beyond what its system was granted.
SCOPE = (
    "operation-not-granted",
    "grant-missing",
    "token-grant-differs",
    "environment-mismatch",
    "network-not-allowed",
)
PURPOSE = ("purpose-not-granted",)
DIGEST = ("digest-mismatch",)


def refusals(look: Look) -> Found:
    """Find keys, or addresses that name none, which are refused again and again (QC8.6)."""
    text = _("%(n)s lượt gọi bị từ chối từ %(address)s.")
    return _of_keys(signs.refused(look.span, threshold=look.rule.threshold), text)


def scope(look: Look) -> Found:
    """Find keys that call what their system was not granted (QC5.1)."""
    found = signs.refused(look.span, threshold=look.rule.threshold, reasons=SCOPE)
    return _of_keys(found, _("%(n)s lượt gọi ngoài phạm vi được cấp, từ %(address)s."))


def purpose(look: Look) -> Found:
    """Find keys that name a purpose their grant is not for (QC5.3)."""
    found = signs.refused(look.span, threshold=look.rule.threshold, reasons=PURPOSE)
    return _of_keys(found, _("%(n)s lượt gọi nêu mục đích khác mục đích được cấp, từ %(address)s."))


def digest(look: Look) -> Found:
    """Find keys whose bodies do not match the digest that was signed (QC5.2)."""
    found = signs.refused(look.span, threshold=look.rule.threshold, reasons=DIGEST)
    return _of_keys(found, _("%(n)s lượt gọi có nội dung không khớp giá trị băm đã ký, từ %(address)s."))


def new_address(look: Look) -> Found:
    """Find keys that are served at an address nobody saw them at before."""
    found = signs.new_addresses(look.span, threshold=look.rule.threshold)
    return _of_keys(found, _("Khóa được dùng lần đầu từ %(address)s."))


def off_hours(look: Look) -> Found:
    """Find systems that are served outside the rule's hours."""
    found = signs.outside_hours(look.span, week_of(look.rule.hours), threshold=look.rule.threshold)
    known = _Known.of(found.groups)
    text = _("%(n)s lượt gọi ngoài khung giờ thường.")
    made = []
    for sign in found.groups:
        system = known.systems.get(sign.system_id)
        label = str(system) if system else sign.key
        made.append(_finding(sign, SubjectKind.SYSTEM, sign.key, label, text % {"n": number(sign.value)}, known))
    return Found(tuple(made), found.total)


def error_ratio(look: Look) -> Found:
    """Find services of whose calls too many fail on the provider's side (QC7.5)."""
    found = signs.failing_services(look.span, percent=look.rule.threshold, least=look.rule.least)
    return _of_services(found, _("%(n)s%% của %(calls)s lượt gọi gặp lỗi phía cung cấp."))


def slow(look: Look) -> Found:
    """Find services whose calls take longer than the seconds of the rule (Q50-7.3)."""
    found = signs.slow_services(look.span, seconds=look.rule.threshold, least=look.rule.least)
    return _of_services(found, _("%(calls)s lượt gọi quá thời gian cho phép, lâu nhất %(n)s giây."))


@dataclass(frozen=True, slots=True)
class _Known:
    """What we know of those a group names: three queries at most."""

    keys: dict[str, Credential]
    systems: dict[int, InformationSystem]
    services: dict[str, DataService]

    @classmethod
    def of(cls, groups: Iterable[Sign], *, by_key: bool = False) -> "_Known":
        keys, systems, services = {}, {}, {}
        if by_key and (named := [sign.key for sign in groups]):
            rows = Credential.objects.filter(access_key__in=named).defer("sealed_secret")
            keys = {key.access_key: key for key in rows.select_related("system")}
        if ids := {sign.system_id for sign in groups if sign.system_id}:
            systems = {system.pk: system for system in InformationSystem.objects.filter(pk__in=ids)}
        if codes := {sign.service for sign in groups if sign.service}:
            services = {service.code: service for service in DataService.objects.filter(code__in=codes)}
        return cls(keys, systems, services)


def _of_keys(found: Signs, text: str) -> Found:
    known, made = _Known.of(found.groups, by_key=True), []
    for sign in found.groups:
        kind = SubjectKind.KEY if sign.key != sign.address else SubjectKind.ADDRESS
        key = known.keys.get(sign.key)
        label = f"{key.access_key} ({key.system})" if key else sign.key
        said = text % {"n": number(sign.value), "address": sign.address or _("địa chỉ không rõ")}
        made.append(_finding(sign, kind, sign.key, label, said, known))
    return Found(tuple(made), found.total)


def _of_services(found: Signs, text: str) -> Found:
    known, made = _Known.of(found.groups), []
    for sign in found.groups:
        service = known.services.get(sign.service)
        said = text % {"n": number(sign.value), "calls": number(sign.calls)}
        label = str(service) if service else sign.key
        made.append(_finding(sign, SubjectKind.SERVICE, sign.key, label, said, known))
    return Found(tuple(made), found.total)


def _finding(sign: Sign, kind: SubjectKind, subject: str, label: str, summary: str, known: _Known) -> Finding:
    """Return a sign as a finding; a key that was only claimed is told to the agency whose key it is."""
    service = known.services.get(sign.service)
    key = known.keys.get(sign.key)
    system = known.systems.get(sign.system_id) or (key.system if key else None)
    return Finding(
        subject_kind=kind,
        subject_id=subject[:80],
        label=label[:300],
        summary=summary[:500],
        value=sign.value,
        calls=sign.calls,
        first_at=sign.first_at,
        last_at=sign.last_at,
        service_id=service.pk if service else None,
        system_id=system.pk if system else None,
        agency_id=system.owner_id if system else None,
        samples=sign.samples,
    )
