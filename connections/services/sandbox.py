"""Trying a service in the sandbox without asking anybody: grant and key in one deed (decisions, 14; ux.md C1)."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from catalog.choices import CALLABLE, SystemState
from catalog.models import InformationSystem, Purpose, ServiceVersion
from catalog.selectors.sandbox import Answerer, answerer_of
from catalog.services.systems import draft_trial_system
from connections.choices import Algorithm
from connections.models import Connection, Credential, EnvironmentTerms, Grant, Hold
from connections.selectors.offered import codes_offered
from connections.services.grants import Wanted, close_gates, make_grant, revoke_grants, terms_of
from connections.services.keys import is_technician, lock_keys, make_trial_key
from connections.services.numbering import next_grant_codes
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.problems import GuardRefused, PermissionRefused, StateRefused
from core.text import tidy

#: The purpose such a grant names; seeded, and not offered to dossiers.
TRIAL_PURPOSE = "integration-trial"


@dataclass(frozen=True, slots=True)
class SandboxAccess:
    """A sandbox grant and a key that signs for it; ``secret`` is "" unless this very deed made the key."""

    grant: Grant
    key: Credential
    is_new: bool
    secret: str = field(repr=False, default="")


@transaction.atomic
def start_trial(
    *, actor: Actor, version: ServiceVersion, system: InformationSystem | None = None, name: str = ""
) -> SandboxAccess:
    """Make access for *system*, or for a draft entered under *name* by an agency that has none yet.

    Asked twice with one name it is one system. Raises as :func:`make_sandbox_access` and ``draft_trial_system`` do.
    """
    if system is None:
        owner = Agency.objects.select_for_update().filter(pk=actor.agency_id or 0).first()
        known = InformationSystem.objects.filter(owner=owner, name=tidy(name)).exclude(state=SystemState.RETIRED)
        system = known.first() or draft_trial_system(actor=actor, name=name)
    return make_sandbox_access(actor=actor, system=system, version=version)


@transaction.atomic
def make_sandbox_access(*, actor: Actor, system: InformationSystem, version: ServiceVersion) -> SandboxAccess:
    """Let *system* call the service of *version* in the sandbox, and give it a key if none of its own signs now.

    The technician of the system's agency does it, nobody approves. Everything the service offers may be called, as
    often a day and for as many days as the terms of the sandbox say. What the system holds already is kept: twice is
    once. Raises PermissionRefused, StateRefused, GuardRefused.
    """
    connection, stored = _lock(system)
    if actor.user_id is None or not is_technician(actor, stored):
        raise PermissionRefused(_("Mở quyền gọi thử thuộc Cán bộ kỹ thuật của cơ quan quản lý hệ thống."))
    terms = _judge(stored, connection, version)
    held = Grant.objects.select_for_update(of=("self",)).open()
    grant = held.filter(system=stored, service=version.service_id, environment=Environment.SANDBOX).first()
    gates: list[int] = []
    is_new = grant is None or (grant.valid_to is not None and grant.valid_to < clock.today())
    if grant is None or is_new:
        over = [] if grant is None else [grant]
        gates = revoke_grants(actor=actor, grants=over, reason=_("Hết hạn, được mở lại"))
        grant = _make(actor, stored, version, terms)
    key, secret = signing_key(stored), ""
    if key is None:
        made = make_trial_key(actor=actor, system=stored, connection=connection)
        key, secret = made.credential, made.secret
    if is_new or secret:
        close_gates(gates)
    return SandboxAccess(grant, key, is_new, secret)


@transaction.atomic
def end_sandbox_access(*, actor: Actor, grant: Grant, reason: str = "") -> Grant:
    """End a grant that was made for a trial; no call under it is admitted after this deed commits.

    By the technician of the system's agency. Raises PermissionRefused, StateRefused when it has ended or was given
    by a dossier, which ends it.
    """
    _connection, system = _lock(grant.system)
    if not is_technician(actor, system):
        raise PermissionRefused(_("Thu hồi quyền gọi thử thuộc Cán bộ kỹ thuật của cơ quan quản lý hệ thống."))
    stored = Grant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    if not stored.is_trial:
        raise StateRefused(_("Quyền %(code)s được cấp theo hồ sơ nên không tự thu hồi ở đây.") % {"code": stored})
    if stored.revoked_at is not None:
        raise StateRefused(_("Quyền %(code)s đã thu hồi từ trước.") % {"code": stored})
    said = tidy(reason) or _("Cán bộ kỹ thuật kết thúc việc gọi thử")
    close_gates(revoke_grants(actor=actor, grants=[stored], reason=said))
    return stored


def _lock(system: InformationSystem) -> tuple[Connection | None, InformationSystem]:
    """Lock the keys and grants of *system*, which are made and ended one after the other."""
    connection = lock_keys(system)
    found = InformationSystem.objects.select_for_update(of=("self",)).select_related("owner")
    return connection, found.get(pk=system.pk)


def _judge(system: InformationSystem, connection: Connection | None, version: ServiceVersion) -> EnvironmentTerms:
    """Return the terms a trial is made with. Raises StateRefused, GuardRefused."""
    if system.state == SystemState.RETIRED:
        raise StateRefused(_("Hệ thống đã ngừng sử dụng nên không gọi thử được nữa."))
    if connection is not None and Hold.objects.filter(connection=connection, lifted_at__isnull=True).exists():
        raise GuardRefused(_("Kết nối của hệ thống đang bị tạm dừng; khôi phục kết nối rồi mở quyền gọi thử."))
    fresh = ServiceVersion.objects.prefetch_related("upstreams").get(pk=version.pk)
    if fresh.state not in CALLABLE:
        raise StateRefused(_("Phiên bản này chưa công bố hoặc đã ngừng cung cấp; chọn phiên bản khác."))
    answerer = answerer_of(fresh)
    if answerer == Answerer.MIXED:
        raise GuardRefused(
            _("Địa chỉ thử nghiệm của dịch vụ trùng địa chỉ chính thức nên chưa tự mở được quyền gọi thử.")
        )
    if answerer == Answerer.NOBODY:
        raise GuardRefused(_("Dịch vụ chưa có địa chỉ thử nghiệm và nền tảng chưa chạy máy chủ mẫu."))
    terms = terms_of(Environment.SANDBOX)
    if terms.trial_quota is None:
        raise GuardRefused(_("Sở chưa cho tự mở quyền gọi thử; liên hệ cán bộ vận hành."))
    return terms


def _make(actor: Actor, system: InformationSystem, version: ServiceVersion, terms: EnvironmentTerms) -> Grant:
    purpose = Purpose.objects.filter(code=TRIAL_PURPOSE).first()
    if purpose is None:
        raise GuardRefused(
            _("Danh mục mục đích chưa có mục «%(code)s»; báo cán bộ vận hành.") % {"code": TRIAL_PURPOSE}
        )
    operations, fields = codes_offered([version.service_id])[version.service_id]
    until = clock.today() + timedelta(days=terms.trial_days)
    wanted = Wanted(version.service, sorted(operations), sorted(fields), terms.trial_quota or 0, until, [])
    return make_grant(
        actor,
        wanted,
        terms,
        code=next_grant_codes(1)[0],
        fields=sorted(fields) or None,
        system=system,
        environment=Environment.SANDBOX.value,
        purpose=purpose,
        networks=[],
    )


def signing_key(system: InformationSystem, environment: Environment = Environment.SANDBOX) -> Credential | None:
    """Return the newest key of *system* that signs now in *environment* and whose secret we hold."""
    found = Credential.objects.open().filter(system=system, environment=environment)
    in_use = found.filter(algorithm=Algorithm.HMAC_SHA256, activated_at__isnull=False, valid_to__gte=clock.today())
    return in_use.order_by("-pk").first()
