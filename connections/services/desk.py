"""How SKHCN's people divide the work: marks of who is at it, notes among themselves, lists they keep."""

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from connections.choices import ENDED, State
from connections.models import ConnectionRequest, InternalNote, SavedView, WorkMark
from connections.selectors.people import active_mark
from connections.services.moves import lock
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import nfc, tidy

READ = "request.view_all"
LEAD = ("request.intake", "request.propose")
MOST_VIEWS = 30
LONG = 4000


@transaction.atomic
def take_up(*, actor: Actor, request: ConnectionRequest) -> WorkMark:
    """Mark that the actor is at a dossier now. Raises StateRefused naming who already is, or when it has ended."""
    _require_staff(actor)
    stored = lock(request)
    if stored.state in ENDED or stored.state == State.DRAFT:
        raise StateRefused(_("Hồ sơ đang ở tình trạng «%(s)s», không cần xử lý.") % {"s": State(stored.state).label})
    mark = active_mark(stored)
    if mark is not None and mark.user_id != actor.user_id:
        raise StateRefused(
            _("%(name)s đang xử lý hồ sơ này từ %(time)s.")
            % {"name": mark.user, "time": f"{mark.since.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"}
        )
    if mark is not None:
        return mark
    made, _fresh = WorkMark.objects.get_or_create(
        request=stored, defaults={"user_id": actor.user_id or 0, "state": stored.state, "since": clock.now()}
    )
    made.user_id, made.state, made.since = actor.user_id or 0, stored.state, clock.now()
    made.save()
    record_fact(actor=actor, deed="request.taken_up", subject=stored, after={"state": stored.state})
    return made


@transaction.atomic
def put_down(*, actor: Actor, request: ConnectionRequest) -> None:
    """Take the mark away: one's own, or anybody's by who divides the work. Nothing to do when there is none."""
    _require_staff(actor)
    stored = lock(request)
    mark = active_mark(stored)
    if mark is None:
        return
    if mark.user_id != actor.user_id and not any(actor.may(permission) for permission in LEAD):
        raise PermissionRefused(
            _("Chỉ %(name)s, Cán bộ tiếp nhận hoặc Trưởng phòng bỏ được đánh dấu này.") % {"name": mark.user}
        )
    before = {"user": mark.user}
    mark.delete()
    record_fact(actor=actor, deed="request.put_down", subject=stored, before=before)


@transaction.atomic
def write_note(*, actor: Actor, request: ConnectionRequest, text: str) -> InternalNote:
    """Leave a word about a dossier to SKHCN's people; the agency never reads it."""
    _require_staff(actor)
    stored, said = lock(request), nfc(text).strip()
    if not said or len(said) > LONG:
        raise InvalidInput({"text": [_("Nhập ghi chú, tối đa %(n)s ký tự") % {"n": LONG}]})
    made = InternalNote.objects.create(request=stored, author_id=actor.user_id or 0, text=said, at=clock.now())
    record_fact(actor=actor, deed="request.noted", subject=stored, after={"note": made.pk})
    return made


@transaction.atomic
def keep_view(*, actor: Actor, name: str, query: str) -> SavedView:
    """Keep an address of the queue under a name; a name used before leads to the new address from now on."""
    _require_staff(actor)
    called = tidy(name)
    if not called or len(called) > 80:
        raise InvalidInput({"name": [_("Đặt tên cho danh sách, tối đa 80 ký tự")]})
    if len(query) > 2000:
        raise InvalidInput({"name": [_("Bộ lọc quá dài; bớt điều kiện rồi lưu lại")]})
    own = SavedView.objects.select_for_update().filter(owner_id=actor.user_id)
    held = own.filter(name=called).first()
    if held is None and own.count() >= MOST_VIEWS:
        raise InvalidInput({"name": [_("Mỗi người giữ tối đa %(n)s danh sách; xóa bớt trước") % {"n": MOST_VIEWS}]})
    made, _fresh = SavedView.objects.get_or_create(
        owner_id=actor.user_id, name=called, defaults={"query": query, "made_at": clock.now()}
    )
    made.query = query
    made.save()
    record_fact(actor=actor, deed="queue_view.kept", subject=made, after={"name": called, "query": query})
    return made


@transaction.atomic
def drop_view(*, actor: Actor, view: SavedView) -> None:
    """Let go of a kept list of one's own; gone already: nothing to do."""
    held = SavedView.objects.select_for_update().filter(pk=view.pk, owner_id=actor.user_id).first()
    if held is not None:
        record_fact(actor=actor, deed="queue_view.dropped", subject=held, before={"name": held.name})
        held.delete()


def _require_staff(actor: Actor) -> None:
    if actor.user_id is None or not actor.may(READ):
        raise PermissionRefused(_("Việc này thuộc cán bộ của Sở Khoa học và Công nghệ."))
