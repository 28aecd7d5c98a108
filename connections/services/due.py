"""The deadline a dossier is sorted and counted by; brought up to date by every deed that moves a clock."""

from connections.models import Clock, ConnectionRequest


def show_due(request: ConnectionRequest) -> None:
    """Write on *request* when its running step is due; None while nothing runs or all of it stands still."""
    running = Clock.objects.filter(request=request, ended_at__isnull=True, due_at__isnull=False).order_by("-id")
    due = running.values_list("due_at", flat=True).first()
    if request.due_at != due:
        request.due_at = due
        request.save(update_fields=["due_at"])
