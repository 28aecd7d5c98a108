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
from catalog.services.upstream_account import ACCOUNT, HEADERS, open_client_secret, set_account
from catalog.services.upstream_tls import PEM, open_client_key, set_tls, told
from catalog.services.versions import draft_for
from core.actor import Actor
from core.addresses import AddressRefused
from core.http import address_rules
from core.problems import PermissionRefused, StateRefused

ADDRESS = ("environment", "place", "base_url", "timeout_ms", "health_path", "asserted", "active")
FIELDS = (*ADDRESS, "tls_name", *PEM, *ACCOUNT, *HEADERS)
_HEALTH = re.compile(r"/[A-Za-z0-9._~/-]*\Z")


@transaction.atomic
def set_upstream(
    *,
    actor: Actor,
    version: ServiceVersion,
    upstream: Upstream | None = None,
    client_key: str = "",
    client_secret: str = "",
    **fields: Any,
) -> Upstream:
    """Enter an address of the source system for one environment, or change *upstream* so.

    In a draft its editors do it; once the version is published SKHCN's staff do, and the broker hears of it. The last
    address in use of a published version may be switched off: calls in that environment then find no service.
    *client_key* is the private key of a new ``client_certificate``, *client_secret* the secret of the account at the
    token address; facts never hold either.
    Raises PermissionRefused, StateRefused, InvalidInput.
    """
    locked = _locked(actor, version)
    found = Upstream(version=locked)
    if upstream is not None:
        found = Upstream.objects.select_for_update().get(pk=upstream.pk, version=locked)
    values = tidied(Upstream, fields, FIELDS)
    before = {name: getattr(found, name) for name in values} if found.pk else {}
    sealed = _sealed(found)
    account = {name: getattr(found, name) for name in ("token_url", "client_id")}
    errors = set_tls(found, values, client_key)
    errors.update(set_account(found, account, client_secret))
    judge(found, {**_address_errors(found), **errors})
    old, new = changed(before, {name: getattr(found, name) for name in values})
    for name, text in _sealed(found).items():
        if text != sealed[name]:
            new[name] = _("đã thay") if text else ""
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
    """Enter *upstream* for another version, with the certificate and the account of the platform there."""
    return set_upstream(
        actor=actor,
        version=version,
        client_key=open_client_key(upstream),
        client_secret=open_client_secret(upstream),
        **{name: getattr(upstream, name) for name in FIELDS},
    )


def _sealed(upstream: Upstream) -> dict[str, str]:
    """Return what is kept sealed, by the name under which facts say that it was replaced."""
    return {"client_key": upstream.sealed_client_key, "client_secret": upstream.sealed_client_secret}


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
