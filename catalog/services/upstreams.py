"""The deed that says where a version is answered."""

import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.gates import announce
from audit.record import changed, record_fact
from catalog.choices import CALLABLE, ServiceState
from catalog.guards import SERVICE_MANAGE
from catalog.models import ServiceVersion, Upstream
from catalog.services.judging import Errors, judge, store, tidied
from catalog.services.upstream_tls import PEM, open_client_key, set_tls, told
from catalog.services.versions import draft_for
from core.actor import Actor
from core.addresses import AddressRefused
from core.http import address_rules
from core.problems import PermissionRefused, StateRefused

ADDRESS = ("environment", "place", "base_url", "timeout_ms", "health_path", "asserted", "active")
FIELDS = (*ADDRESS, "tls_name", *PEM)
_HEALTH = re.compile(r"/[A-Za-z0-9._~/-]*\Z")


@transaction.atomic
def set_upstream(
    *, actor: Actor, version: ServiceVersion, upstream: Upstream | None = None, client_key: str = "", **fields: Any
) -> Upstream:
    """Enter an address of the source system for one environment, or change *upstream* so.

    In a draft its editors do it; once the version is published SKHCN's staff do, and the broker hears of it. The last
    address in use of a published version may be switched off: calls in that environment then find no service.
    *client_key* is the private key of a new ``client_certificate``; facts never hold it.
    Raises PermissionRefused, StateRefused, InvalidInput.
    """
    locked = _locked(actor, version)
    found = Upstream(version=locked)
    if upstream is not None:
        found = Upstream.objects.select_for_update().get(pk=upstream.pk, version=locked)
    values = tidied(Upstream, fields, FIELDS)
    before = {name: getattr(found, name) for name in values} if found.pk else {}
    sealed = found.sealed_client_key
    errors = set_tls(found, values, client_key)
    judge(found, {**_address_errors(found), **errors})
    old, new = changed(before, {name: getattr(found, name) for name in values})
    if found.sealed_client_key != sealed:
        new["client_key"] = _("đã thay") if found.sealed_client_key else ""
    if not new:
        return found
    deed = "upstream.changed" if found.pk else "upstream.entered"
    store(found, unique="place")
    record_fact(actor=actor, deed=deed, subject=found, before=told(old), after=told(new))
    if locked.state in CALLABLE:
        announce()
    return found


@transaction.atomic
def copy_upstream(*, actor: Actor, version: ServiceVersion, upstream: Upstream) -> Upstream:
    """Enter *upstream* for another version, with the certificate by which the platform shows itself there."""
    key = open_client_key(upstream)
    return set_upstream(
        actor=actor, version=version, client_key=key, **{name: getattr(upstream, name) for name in FIELDS}
    )


def _locked(actor: Actor, version: ServiceVersion) -> ServiceVersion:
    stored = ServiceVersion.objects.select_for_update().get(pk=version.pk)
    if stored.state == ServiceState.DRAFT:
        return draft_for(actor, stored)
    if not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(_("Phiên bản không còn là bản nháp; chỉ cán bộ vận hành được đổi địa chỉ của nó."))
    if stored.state == ServiceState.WITHDRAWN:
        raise StateRefused(_("Phiên bản đã ngừng cung cấp nên không đổi địa chỉ nữa."))
    return stored


def _address_errors(upstream: Upstream) -> Errors:
    errors = Errors()
    try:
        address_rules().check_url(upstream.base_url)
    except AddressRefused as refused:
        errors["base_url"] = [str(refused.reason)]
    if not _HEALTH.match(upstream.health_path) or "//" in upstream.health_path or "/." in upstream.health_path:
        errors["health_path"] = [_("Đường dẫn bắt đầu bằng dấu /, ví dụ /health, chỉ gồm chữ không dấu và số")]
    return errors
