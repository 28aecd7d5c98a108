"""A key of the reader's own agency, to check a pasted signature with; what it is checked with never leaves here."""

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from connections.models import Credential
from connections.models.credentials import keyring
from core import clock
from core.actor import Actor
from core.crypto import SealBroken
from reports.signatures.checking import OwnKey

log = structlog.get_logger("lgsp.policy")


def own_key(actor: Actor, access_key: str) -> OwnKey | None:
    """Return the key *access_key* of a system of the agency *actor* acts for; None for any other, known or not."""
    seen = Credential.objects.visible_to(actor).filter(system__owner_id=actor.agency_id or 0)
    found = seen.filter(access_key=access_key).first()
    if found is None:
        return None
    try:
        verifier = found.verifier(keyring(settings.FIELD_KEYS))
    except SealBroken:
        log.exception("secret of a key cannot be opened", access_key=found.access_key)
        return OwnKey(found.algorithm, b"", _("Khóa này tạm thời không dùng được; liên hệ đơn vị vận hành"))
    return OwnKey(found.algorithm, verifier, _why_not(found))


def _why_not(key: Credential) -> str:
    if key.revoked_at is not None:
        return _("Khóa đã bị thu hồi ngày %(day)s") % {"day": f"{key.revoked_at.astimezone(clock.VIETNAM):%d/%m/%Y}"}
    if key.activated_at is None:
        return _("Khóa chưa kích hoạt: chứng minh giữ khóa trước lượt gọi đầu")
    if key.valid_to < clock.today():
        return _("Khóa đã hết hạn ngày %(day)s") % {"day": f"{key.valid_to:%d/%m/%Y}"}
    return ""
