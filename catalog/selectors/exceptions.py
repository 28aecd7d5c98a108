"""Reading the register of direct sharing (QC11.8)."""

from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Least
from django.utils.translation import gettext as _

from catalog.models import DirectSharing
from core.actor import Actor

# Cases that go on by their next day, so that overdue ones stand on top; ended ones last.
NEAREST_FIRST = (
    Case(When(Q(ended_on__isnull=False), then=Value(1)), default=Value(0)),
    Least("review_on", "valid_to"),
    "pk",
)


def sharing_list(actor: Actor, *, words: str = "", only_late: bool = False) -> QuerySet[DirectSharing]:
    """Return the cases *actor* sees, found by *words*, only the overdue ones when asked."""
    found = DirectSharing.objects.visible_to(actor).matching(words)
    if only_late:
        found = found.overdue()
    return found.order_by(*NEAREST_FIRST).select_related("provider", "receiver")


def sharing_heads() -> list[str]:
    """Return the headers of the register as a spreadsheet."""
    return [
        _("Cơ quan cung cấp"),
        _("Bên nhận"),
        _("Dữ liệu"),
        _("Lý do không qua nền tảng"),
        _("Cấp quyết định"),
        _("Căn cứ pháp lý"),
        _("Số văn bản"),
        _("Ngày văn bản"),
        _("Áp dụng từ"),
        _("Đến hết ngày"),
        _("Rà soát tiếp theo"),
        _("Tình trạng"),
        _("Quá hạn"),
    ]


def sharing_cells(sharing: DirectSharing) -> list[str]:
    """Return one case as cells under :func:`sharing_heads`."""
    days = (sharing.decided_on, sharing.valid_from, sharing.valid_to, sharing.review_on)
    texts = [f"{day:%d/%m/%Y}" for day in days]
    return [
        sharing.provider.name,
        sharing.to_whom,
        sharing.data,
        sharing.why,
        sharing.authority,
        sharing.legal_basis,
        sharing.decision_number,
        *texts,
        str(sharing.state.label),
        _("Có") if sharing.is_overdue else "",
    ]
