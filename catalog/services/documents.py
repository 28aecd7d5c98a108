"""Deeds on technical documents: enter, add versions, publish, change level, withdraw, take (QC14.6, QC14.7)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from catalog.duty_choices import DocumentLevel, DocumentState, OwnerSide
from catalog.guards import SERVICE_MANAGE, may_edit_services_of
from catalog.models import DataService, DocumentDownload, DocumentVersion, TechnicalDocument
from catalog.services.document_releases import end_personal_releases_of, release_where_approved
from catalog.services.judging import Errors, judge, require_fresh, store, tidied
from core import clock
from core.actor import Actor
from core.files import check_upload, stored_fields
from core.files.uploads import Given
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import fold, sort_key, tidy
from core.transitions import carry

FIELDS = ("title", "summary")
# Versions of one document. Ours, not the law's.
MAX_VERSIONS = 200


@transaction.atomic
def enter_document(
    *,
    actor: Actor,
    level: str,
    service: DataService | None = None,
    owner_side: str = OwnerSide.OPERATOR,
    **fields: Any,
) -> TechnicalDocument:
    """Enter a document as a draft: SKHCN about anything, a provider about its own service and never as internal.

    Raises PermissionRefused, InvalidInput.
    """
    values = tidied(TechnicalDocument, fields, FIELDS)
    made = TechnicalDocument(level=level, service=service, owner_side=owner_side, **values)
    _require_writer(actor, made)
    _judge(made, _level_errors(actor, level))
    made.save()
    after = {**values, "level": level, "service": service, "owner_side": owner_side}
    record_fact(actor=actor, deed="document.entered", subject=made, after=after, clause="QC14.7")
    return made


@transaction.atomic
def enter_with_file(
    *, actor: Actor, label: str, changes: str, file: Given, service: DataService, **fields: Any
) -> TechnicalDocument:
    """Enter a provider's document about its own service together with its first file. Raises as both deeds."""
    made = enter_document(actor=actor, service=service, owner_side=OwnerSide.PROVIDER, **fields)
    add_document_version(actor=actor, document=made, label=label, changes=changes, file=file)
    return made


@transaction.atomic
def change_document(
    *, actor: Actor, document: TechnicalDocument, revision: int | None = None, **fields: Any
) -> TechnicalDocument:
    """Change title and summary: its writers while it is a draft, SKHCN afterwards. *revision* is the one seen."""
    stored = _locked(document)
    _require_writer(actor, stored)
    require_fresh(stored, revision)
    values = tidied(TechnicalDocument, fields, FIELDS)
    old, new = changed({name: getattr(stored, name) for name in values}, values)
    if not new:
        return stored
    for name, value in values.items():
        setattr(stored, name, value)
    stored.revision += 1
    _judge(stored, {})
    stored.save()
    record_fact(actor=actor, deed="document.changed", subject=stored, before=old, after=new, clause="QC14.7")
    return stored


@transaction.atomic
def change_level(*, actor: Actor, document: TechnicalDocument, level: str, reason: str) -> TechnicalDocument:
    """Change who may read a document; it holds for the next request already. Published needs SKHCN and a reason.

    Made restricted while published, it is released to the agencies that were approved before.
    Raises PermissionRefused, StateRefused, InvalidInput.
    """
    stored = _locked(document)
    _require_writer(actor, stored)
    errors, reason = _level_errors(actor, level), tidy(reason)
    if stored.level == level and not errors:
        return stored
    if stored.state == DocumentState.PUBLISHED and not reason:
        errors["reason"] = [_("Nhập lý do đổi mức tài liệu")]
    if errors:
        raise InvalidInput(errors)
    before, stored.level = stored.level, level
    stored.revision += 1
    _judge(stored, {})
    stored.save()
    record_fact(
        actor=actor,
        deed="document.level_changed",
        subject=stored,
        before={"level": before},
        after={"level": level},
        reason=reason,
        clause="QC14.7",
    )
    release_where_approved(actor=actor, document=stored)
    return stored


def add_document_version(
    *, actor: Actor, document: TechnicalDocument, label: str, changes: str, file: Given, field: str = "file"
) -> DocumentVersion:
    """Put a file under *label* into a document: by its writers while it is a draft, by SKHCN once it is published.

    The same file under the same label is there once; on a published document it can be read at once.
    Raises InvalidInput, PermissionRefused, StateRefused. The content is judged before the row is locked.
    """
    _require_writer(actor, document)
    values = stored_fields(check_upload(file, field=field))
    return _put(actor=actor, document=document, label=tidy(label), changes=changes, values=values)


@transaction.atomic
def _put(
    *, actor: Actor, document: TechnicalDocument, label: str, changes: str, values: dict[str, Any]
) -> DocumentVersion:
    stored = _locked(document)
    _require_writer(actor, stored)
    same = stored.versions.filter(label=label, sha256=values["sha256"]).first()
    if same is not None:
        return same
    if stored.versions.filter(label=label).exists():
        raise InvalidInput({"label": [_("Tài liệu đã có phiên bản mang số này; đặt số khác")]})
    if stored.versions.count() >= MAX_VERSIONS:
        raise InvalidInput({"label": [_("Một tài liệu có tối đa %(n)s phiên bản (hạn nội bộ)") % {"n": MAX_VERSIONS}]})
    texts = tidied(DocumentVersion, {"changes": changes}, ("changes",))
    made = DocumentVersion(document=stored, label=label, added_by_id=actor.user_id, **texts, **values)
    if stored.state == DocumentState.PUBLISHED:
        made.published_at = clock.now()
    judge(made)
    store(made, unique="label")
    after = {"label": label, "file": made.name, "sha256": made.sha256, "size": made.size, "changes": made.changes}
    record_fact(actor=actor, deed="document.version_added", subject=stored, after=after, clause="QC14.7")
    return made


@transaction.atomic
def move_document(*, actor: Actor, document: TechnicalDocument, step: str, reason: str = "") -> TechnicalDocument:
    """Publish a draft with its versions, or withdraw what is published (*step* is the transition's name)."""
    stored = _locked(document)
    before, now = stored.state, clock.now()
    taken = carry(stored, step, actor, reason=reason)
    if stored.state == DocumentState.PUBLISHED:
        stored.published_at = now
        for version in stored.versions.filter(published_at__isnull=True):
            version.published_at = now
            version.save()
    else:
        stored.withdrawn_at, stored.withdraw_reason = now, tidy(reason)[:300]
    stored.revision += 1
    stored.save()
    record_fact(
        actor=actor,
        deed=f"document.{stored.state}",
        subject=stored,
        before={"state": before},
        after={"state": stored.state, "level": stored.level},
        reason=tidy(reason),
        clause=taken.custom["clause"],
    )
    if stored.state == DocumentState.WITHDRAWN:
        end_personal_releases_of(actor=actor, document=stored)
    release_where_approved(actor=actor, document=stored)
    return stored


@transaction.atomic
def take_file(*, actor: Actor, version: DocumentVersion) -> DocumentVersion:
    """Note who takes a file away; that they may read it was judged by visibility. Every download is its own row."""
    DocumentDownload.objects.create(
        version=version,
        person_id=actor.user_id,
        agency_id=actor.agency_id,
        at=clock.now(),
        request_id=actor.request_id[:64],
    )
    return version


def _locked(document: TechnicalDocument) -> TechnicalDocument:
    found = TechnicalDocument.objects.select_for_update(of=("self",)).select_related("service")
    return found.get(pk=document.pk)


def _require_writer(actor: Actor, document: TechnicalDocument) -> None:
    """Refuse whoever may not write the document as it stands. Raises PermissionRefused, StateRefused."""
    owner = document.service.provider_id if document.service else None
    provider = document.owner_side == OwnerSide.PROVIDER and may_edit_services_of(actor, owner)
    if not actor.may(SERVICE_MANAGE) and not provider:
        raise PermissionRefused(
            _("Tài liệu này do cán bộ vận hành của Sở Khoa học và Công nghệ, hoặc cơ quan cung cấp soạn, quản lý.")
        )
    if document.state == DocumentState.WITHDRAWN:
        raise StateRefused(_("Tài liệu đã thu hồi, nội dung được giữ nguyên. Nhập tài liệu mới để thay."))
    if document.state == DocumentState.PUBLISHED and not actor.may(SERVICE_MANAGE):
        raise StateRefused(_("Tài liệu đã công bố; đề nghị cán bộ vận hành của Sở Khoa học và Công nghệ sửa."))


def _level_errors(actor: Actor, level: str) -> Errors:
    if level not in DocumentLevel.values:
        return {"level": [_("Chọn mức tài liệu trong danh sách")]}
    if level == DocumentLevel.INTERNAL and not actor.may(SERVICE_MANAGE):
        return {"level": [_("Mức nội bộ chỉ dành cho tài liệu của Sở; chọn công khai hoặc hạn chế")]}
    return {}


def _judge(document: TechnicalDocument, errors: Errors) -> None:
    document.search = fold(document.title)
    document.sort_key = sort_key(document.title)[:700]
    judge(document, errors)
