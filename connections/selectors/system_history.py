"""What this floor tells of an information system: its dossiers and its connection since the first (QC3.2)."""

from django.utils.translation import gettext as _

from connections.choices import ENDED, State
from connections.models import Connection, ConnectionRequest, Hold
from core.web.notes import Note

# Dossiers of one system that are told; older ones are found in the list of dossiers.
MOST = 20


def notes_of_system(pk: int) -> list[Note]:
    """Return how the connection of the system stands and every dossier sent for it, the newest first."""
    connection = Connection.objects.filter(system_id=pk).first()
    found = [] if connection is None else [_standing(connection)]
    sent = ConnectionRequest.objects.filter(system_id=pk).exclude(state=State.DRAFT).order_by("-id")[:MOST]
    for dossier in sent:
        term = _("Hồ sơ %(number)s, %(kind)s") % {
            "number": dossier.number,
            "kind": str(dossier.get_kind_display()).lower(),
        }
        kind = "quiet" if dossier.state in ENDED else "live" if dossier.state == State.LIVE else "progress"
        found.append(Note(term, dossier.get_state_display(), kind, dossier.submitted_at))
    return found


def _standing(connection: Connection) -> Note:
    if connection.closed_at is not None:
        return Note(_("Kết nối"), _("Đã ngừng kết nối"), "quiet", connection.closed_at)
    hold = Hold.objects.filter(connection=connection, lifted_at__isnull=True).order_by("placed_at").first()
    if hold is not None:
        return Note(_("Kết nối"), _("Đang tạm dừng"), "wrong", hold.placed_at)
    if connection.live_at is not None:
        return Note(_("Kết nối"), _("Đang vận hành"), "live", connection.live_at)
    return Note(_("Kết nối"), _("Đang thiết lập"), "progress", connection.opened_at)


def progress_of(pk: int) -> str:
    """Return how far the system has come for the plan of coming to the platform: "", "filed" or "connected"."""
    if Connection.objects.filter(system_id=pk, live_at__isnull=False, closed_at__isnull=True).exists():
        return "connected"
    under_way = ConnectionRequest.objects.filter(system_id=pk).exclude(state__in=[State.DRAFT, *ENDED])
    return "filed" if under_way.exists() else ""
