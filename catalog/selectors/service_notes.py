"""What is said on a service's page beside its entry: freshness, documents, where to report wrong data."""

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.duty_choices import Freshness
from catalog.models import DataService, TechnicalDocument
from catalog.selectors.freshness import Standing, near, standing, with_fresh_until
from core import clock
from core.actor import ANONYMOUS
from core.web.notes import Note


def notes_of_service(pk: int) -> list[Note]:
    """Return the notes on a service (core.web.notes); the same for every reader, so only public documents count."""
    public = TechnicalDocument.objects.visible_to(ANONYMOUS).filter(service=OuterRef("pk")).order_by()
    count = public.values("service").annotate(n=Count("pk")).values("n")
    rows = with_fresh_until(DataService.objects.filter(pk=pk)).annotate(
        documents_seen=Coalesce(Subquery(count, output_field=IntegerField()), 0)
    )
    found = rows.values_list("code", "fresh_until", "first_published", "data_updated_on", "documents_seen").first()
    if found is None:
        return []
    code, until, first, updated_on, documents = found
    stands = standing(until if first else None, updated_on, near() if until and first else clock.today())
    return [*_freshness(stands), _library(code, documents), *([_errors(code)] if first else [])]


def _freshness(stands: Standing) -> list[Note]:
    notes = [] if stands.state == Freshness.NONE else [Note(_("Cập nhật dữ liệu"), stands.text, stands.kind)]
    if stands.updated_on is not None:
        notes.append(Note(_("Dữ liệu cập nhật đến ngày"), f"{stands.updated_on:%d/%m/%Y}", "quiet"))
    return notes


def _library(code: str, count: int) -> Note:
    text = _("%(n)s tài liệu công khai") % {"n": count} if count else _("Xem tài liệu bạn được đọc")
    return Note(_("Tài liệu kỹ thuật"), text, "quiet", url=f"{reverse('documents')}?dich-vu={code}")


def _errors(code: str) -> Note:
    address = f"{reverse('new_data_error')}?dich-vu={code}"
    return Note(_("Dữ liệu có sai lệch?"), _("Báo sai lệch dữ liệu"), "quiet", url=address)
