"""Restores and drills as people look them up: when, by whom, from which backup, with what result (QC12.5)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from audit.admin.lists import EvidenceAdmin, counted, in_cell
from audit.deeds import named
from audit.models import Recovery
from core.admin import acting

_SHOWN = 200


def _parts() -> list[tuple[str, str]]:
    return [
        ("times", _("Thời gian")),
        ("faults", _("Chỗ sai")),
        ("done", _("Thu hồi lại")),
        ("by_hand", _("Phải làm lại bằng tay")),
        ("unknown", _("Không còn trong bản khôi phục")),
    ]


def _spoken(line: str) -> str:
    """Return *line* with the deed it begins with named."""
    deed, _space, rest = line.partition(" ")
    return f"{named(deed)}: {rest}" if named(deed) != deed else line


@admin.register(Recovery)
class RecoveryAdmin(EvidenceAdmin):
    """What was brought back and what was only tried, newest first."""

    empty_text = gettext_lazy("Chưa có lần khôi phục hay diễn tập nào được ghi.")
    list_display = ("at", "kind", "verdict", "backup_of", "done_by", "took", "loss", "revoked", "acceptance")
    list_filter = ("kind", "sound")
    ordering = ("-id",)
    fields = (
        "at",
        "kind",
        "result",
        "done_by",
        "backup",
        "backup_at",
        "took",
        "number",
        "restored",
        "outside_number",
        "outside_at",
        "loss",
        "story",
        "accepted_at",
        "accepted_by",
        "accept_reason",
    )
    readonly_fields = ("result", "took", "restored", "loss", "story")
    restored = counted("size", gettext_lazy("Số dòng khôi phục được"))
    loss = counted("lost_rows", gettext_lazy("Dòng nhật ký đã mất"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the actor sees the whole call log or all facts."""
        actor = acting(request)
        return actor.may("calllog.view_all") or actor.may("facts.view")

    @display(description=gettext_lazy("Kết quả"), label={"sound": "success", "broken": "danger"}, ordering="sound")
    def verdict(self, obj: Recovery) -> tuple[str, str]:
        """Say whether what was restored verified; the colour says the same."""
        return ("sound", _("Đạt")) if obj.sound else ("broken", _("Không đạt"))

    @admin.display(description=gettext_lazy("Kết quả"))
    def result(self, obj: Recovery) -> str:
        """Say the same on the page of one."""
        return self.verdict(obj)[1]

    @admin.display(description=gettext_lazy("Bản sao lưu"), ordering="backup")
    def backup_of(self, obj: Recovery) -> str:
        """Name the backup."""
        return in_cell(obj.backup)

    @admin.display(description=gettext_lazy("Thời gian"), ordering="seconds")
    def took(self, obj: Recovery) -> str:
        """Say how long it took."""
        minutes, seconds = divmod(round(obj.seconds), 60)
        return _("%(m)s phút %(s)s giây") % {"m": minutes, "s": seconds} if minutes else _("%s giây") % seconds

    @admin.display(description=gettext_lazy("Chi tiết"))
    def story(self, obj: Recovery) -> SafeString:
        """Say what was lost when, what was revoked again, what people have to do, what did not fit."""
        lines = [f"{hour}: {rows}" for hour, rows in obj.detail.get("hours", {}).items()]
        told = [(_("Dòng nhật ký đã mất theo giờ"), lines)]
        told += [(title, [*map(_spoken, obj.detail.get(name, []))]) for name, title in _parts()]
        return format_html_join(
            "",
            '<p class="font-semibold">{} ({})</p><ul>{}</ul>',
            ((title, len(lines), format_html_join("", "<li>{}</li>", ((line,) for line in lines[:_SHOWN])))
             for title, lines in told if lines),
        ) or format_html("–")  # fmt: skip

    @admin.display(description=gettext_lazy("Chấp nhận"))
    def acceptance(self, obj: Recovery) -> str:
        """Say who accepted a restore; a drill needs nobody."""
        if obj.accepted_at:
            return in_cell(f"{obj.accepted_by}: {obj.accept_reason}")
        return _("Đang chờ") if obj.kind == "restore" else "–"
