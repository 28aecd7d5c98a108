"""What a bundle is asked for: the calls, whose reader may have them, and how that is written for a verifier."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from audit.selectors.call_pages import AROUND, HOW, Wanted, moment_of
from core import clock


@dataclass(frozen=True, slots=True)
class Question:
    """Calls as a list is narrowed to them; ``title`` says in one line what they are.

    ``bodies``: only calls these agencies made or answered; None: everybody's. ``proven``: only those whose caller
    proved who it was: nobody but a watcher is told from where somebody used a name that may not be theirs.
    ``grants``: only calls under these grants; None: under any.
    """

    title: str
    wanted: Wanted
    bodies: tuple[int, ...] | None = None
    grants: tuple[str, ...] | None = None
    proven: bool = True

    def chosen(self) -> tuple[str, dict[str, Any]]:
        """Return the query of call_id and received_at of the calls, a row for each attempt, and its values."""
        texts, values = self.wanted.conditions()
        if self.wanted.call_id is not None:
            moment = moment_of(self.wanted.call_id)
            texts.append("i.received_at >= %(near)s and i.received_at < %(far)s" if moment else "false")
            values |= {"near": moment - AROUND, "far": moment + AROUND} if moment else {}
        if self.bodies is not None:
            texts.append("(i.agency_id = any(%(bodies)s) or i.provider_id = any(%(bodies)s))")
            values["bodies"] = list(self.bodies)
        if self.proven:
            texts.append("i.key_id <> 0")
        if self.grants is not None:
            texts.append("i.grant_code = any(%(grants)s)")
            values["grants"] = list(self.grants)
        where = " and ".join(texts)
        return f"select i.call_id, i.received_at from audit_intent i {HOW} where {where}", values  # noqa: S608

    def as_json(self) -> dict[str, Any]:
        """Return what the manifest says was asked, as the script of the bundle reads it."""
        wanted = self.wanted
        return {
            "title": self.title,
            "call_id": str(wanted.call_id) if wanted.call_id else None,
            "system_id": wanted.system_id,
            "service": wanted.service or None,
            "environment": wanted.environment or None,
            "outcome": wanted.outcome or None,
            "reason": wanted.reason or None,
            "status": wanted.status,
            "since": _stamp(wanted.since),
            "until": _stamp(wanted.until),
            "bodies": sorted(self.bodies) if self.bodies is not None else None,
            "grants": sorted(self.grants) if self.grants is not None else None,
        }

    def told(self) -> Iterator[str]:
        """Give what is covered, a line each, as people read it."""
        wanted = self.wanted
        yield self.title
        if wanted.since:
            yield _("Từ ngày %s") % _day(wanted.since)
        if wanted.until:
            yield _("Đến hết ngày %s") % _day(wanted.until - timedelta(days=1))
        for label, value in (
            (_("Dịch vụ: %s"), wanted.service),
            (_("Mã lý do: %s"), wanted.reason),
            (_("Mã trạng thái HTTP: %s"), wanted.status),
            (_("Quyền khai thác: %s"), ", ".join(sorted(self.grants or ()))),
        ):
            if value:
                yield label % value
        if self.bodies is not None:
            yield _("Chỉ các cuộc gọi cơ quan đã gọi hoặc đã trả lời.")
        if self.proven:
            yield _("Không có cuộc gọi mà bên gọi chưa chứng minh được mình là ai.")
        if self.grants is not None:
            yield _("Gói chỉ có cuộc gọi; các việc đã ghi của hồ sơ được niêm phong riêng và không có trong gói.")


def _stamp(value: datetime | None) -> str | None:
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if value else None


def _day(value: datetime) -> str:
    return f"{value.astimezone(clock.VIETNAM):%d/%m/%Y}"
