"""What anybody may know of a report by its code: published ones only, no figures, no persons (QC14.5)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models.fields.json import KT
from django.utils.translation import gettext as _

from reports.choices import Format, RunState
from reports.models import ReportRun
from reports.selectors.runs import period_name


@dataclass(frozen=True, slots=True)
class Seal:
    """One published file: its format and the SHA-256 of its bytes (lower case hex)."""

    format: Format
    sha256: str


@dataclass(frozen=True, slots=True)
class Published:
    """A published report as the public page tells it."""

    code: str
    issuer: str
    period: str
    published_at: datetime | None
    data_until: datetime
    preliminary: bool
    in_force: bool
    standing: str
    files: tuple[Seal, ...]

    def file_with(self, sha256: str) -> Seal | None:
        """Return the published file with that SHA-256."""
        return next((seal for seal in self.files if seal.sha256 == sha256), None)


def published(code: str) -> Published | None:
    """Return the published report with *code*; None for one that is none, or is not published yet."""
    found = ReportRun.objects.filter(code=code, published_at__isnull=False).defer("figures")
    run = found.annotate(issuer=KT("figures__letterhead__issuer")).first()
    if run is None:
        return None
    replaced = run.state == RunState.SUPERSEDED
    return Published(
        code=run.code,
        issuer=run.issuer or "",
        period=period_name(run),
        published_at=run.published_at,
        data_until=run.data_until,
        preliminary=run.preliminary,
        in_force=not replaced,
        standing=_("Đã được thay thế bằng báo cáo khác") if replaced else _("Đã phát hành, còn hiệu lực"),
        files=tuple(_seals(run)),
    )


def _seals(run: ReportRun) -> list[Seal]:
    """Return the files of *run*; a report from before three formats were kept has the Word file alone."""
    found = [Seal(Format(file.format), file.sha256) for file in run.files.order_by("id")]
    return found or [Seal(Format.DOCX, run.sha256)]
