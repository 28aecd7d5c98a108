"""Activating a key: its holder proves to have it by signing the challenge (QC8.4)."""

import base64
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from connections.choices import Algorithm
from connections.models import Connection, Credential
from connections.models.credentials import keyring
from connections.services.grants import close_gates, terms_of
from connections.services.key_telling import tell_of_key
from connections.services.keys import is_technician
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.proofs import proof_text, proves


@transaction.atomic
def activate_key(*, actor: Actor, credential: Credential, proof: str) -> Credential:
    """Let a key sign calls from now on; *proof* is the base64 of its signature over ``core.proofs.proof_text``.

    A key it replaces keeps working for the days of overlap, no longer. Activating twice is once.
    Raises PermissionRefused, StateRefused for a key that has ended, InvalidInput for a proof that does not fit.
    """
    connection = (
        Connection.objects.select_for_update(of=("self",))
        .select_related("technical_contact")
        .filter(system_id=credential.system_id)
        .first()
    )
    stored = Credential.objects.select_for_update(of=("self",)).select_related("system__owner", "made_by")
    found = stored.get(pk=credential.pk)
    if not is_technician(actor, found.system):
        raise PermissionRefused(_("Kích hoạt khóa thuộc Cán bộ kỹ thuật của cơ quan quản lý hệ thống."))
    if found.revoked_at is not None or found.valid_to < clock.today():
        raise StateRefused(_("Khóa đã thu hồi hoặc hết hạn; tạo khóa mới."))
    if found.activated_at is not None:
        return found
    if not _fits(found, proof):
        raise InvalidInput(
            {"proof": [_("Bằng chứng không khớp khóa này. Chạy lại lệnh trên trang rồi dán trọn dòng kết quả")]}
        )
    found.activated_at = clock.now()
    found.save()
    record_fact(actor=actor, deed="key.activated", subject=found, clause="QC8.4")
    if found.replaces_id is not None:
        _overlap(actor, found)
    tell_of_key(found, connection, _("Khóa %(key)s đã kích hoạt"))
    close_gates(())
    return found


def _fits(found: Credential, proof: str) -> bool:
    text = proof_text(found.access_key, found.challenge)
    if found.algorithm == Algorithm.ED25519:
        return proves(hmac_key=None, public_key=base64.b64decode(found.public_key), text=text, proof=proof)
    return proves(hmac_key=found.verifier(keyring(settings.FIELD_KEYS)), public_key=None, text=text, proof=proof)


def _overlap(actor: Actor, found: Credential) -> None:
    """Give the key that is replaced its last day."""
    old = Credential.objects.select_for_update(of=("self",)).open().filter(pk=found.replaces_id or 0).first()
    last = clock.today() + timedelta(days=terms_of(found.environment).overlap_days)
    if old is None or old.valid_to <= last:
        return
    before, old.valid_to = old.valid_to, last
    old.save()
    record_fact(
        actor=actor,
        deed="key.replaced",
        subject=old,
        before={"valid_to": before},
        after={"valid_to": last, "by": found.access_key},
        clause="Q50-11",
    )
