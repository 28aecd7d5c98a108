"""Data services as tables: those a dossier asks for, and the grants made from them."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from connections.models import ConnectionRequest, Grant, RequestLine
from connections.selectors.answers import LineView
from core.documents.layout import Grid
from core.documents.wording import number, short_date

_ALL = "Mọi trường của dịch vụ"


def asked_services(views: Sequence[LineView]) -> Grid:
    """Return what a dossier asks for, one row a service; *views* are its lines (``answers.lines_of``)."""
    rows = [
        (
            str(place),
            f"{view.line.service.title}\n({view.line.service.code})",
            str(view.line.service.provider),
            ", ".join(view.operations),
            ", ".join(view.fields) or _ALL,
            number(view.line.daily_quota),
        )
        for place, view in enumerate(views, start=1)
    ]
    heads = (_("STT"), _("Dịch vụ dữ liệu"), _("Cơ quan cung cấp"), _("Thao tác"), _("Trường dữ liệu"))
    return Grid(
        title=_("Dịch vụ dữ liệu"),
        heads=(*heads, _("Số lượt mỗi ngày")),
        rows=tuple(rows),
        numeric=(False, False, False, False, False, True),
        widths=(8, 23, 18, 17, 19, 15),
    )


def approved_services(views: Sequence[LineView]) -> Grid:
    """Return what is approved of what a dossier asks for, as the evaluation narrowed it."""
    rows = [
        (
            str(place),
            f"{view.line.service.title}\n({view.line.service.code})",
            str(view.line.service.provider),
            ", ".join(view.granted_operations),
            ", ".join(view.granted_fields) or _ALL,
            number(view.line.granted_quota),
        )
        for place, view in enumerate((view for view in views if not view.line.refused), start=1)
    ]
    return replace(asked_services(views), title=_("Dịch vụ dữ liệu được chấp thuận"), rows=tuple(rows))


def decided_services(views: Sequence[LineView]) -> Grid | None:
    """Return the services not approved as asked, each with why and on which legal basis; None: all are."""
    differing = [view.line for view in views if view.decided]
    if not differing:
        return None
    rows = [
        (str(place), line.service.title, str(line.decided.get_outcome_display()), line.decided.reason, _basis(line))
        for place, line in enumerate(differing, start=1)
        if line.decided
    ]
    return Grid(
        title=_("Dịch vụ không chấp thuận hoặc thu hẹp"),
        heads=(_("STT"), _("Dịch vụ"), _("Quyết định"), _("Lý do"), _("Căn cứ pháp lý")),
        rows=tuple(rows),
        numeric=(False,) * 5,
        widths=(8, 23, 18, 29, 22),
    )


def _basis(line: RequestLine) -> str:
    return (line.decided.legal_basis if line.decided else "") or "–"


def granted_services(request: ConnectionRequest, environment: str) -> Grid:
    """Return the open grants of the dossier in *environment*."""
    found = request.grants.open().filter(environment=environment).select_related("service__provider")
    rows = [
        (
            str(place),
            grant.code,
            f"{grant.service.title}\n({grant.service.code})\n{grant.service.provider}",
            ", ".join(grant.operations),
            number(grant.daily_quota),
            _valid(grant),
        )
        for place, grant in enumerate(found.order_by("code"), start=1)
    ]
    heads = (_("STT"), _("Mã quyền"), _("Dịch vụ, cơ quan cung cấp"), _("Thao tác"))
    return Grid(
        title=_("Quyền khai thác được cấp"),
        heads=(*heads, _("Số lượt mỗi ngày"), _("Hiệu lực")),
        rows=tuple(rows),
        numeric=(False, False, False, False, True, False),
        widths=(8, 22, 27, 13, 15, 15),
    )


def _valid(grant: Grant) -> str:
    since, until = grant.valid_from, grant.valid_to
    if until is None:
        return _("Từ %(since)s") % {"since": short_date(since)}
    return _("%(since)s đến hết %(until)s") % {"since": short_date(since), "until": short_date(until)}
