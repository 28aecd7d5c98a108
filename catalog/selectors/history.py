"""What was last done to a thing of the catalogue."""

from django.db.models import Model

from audit.models import Fact


def last_fact_of(thing: Model) -> Fact | None:
    """Return the newest fact about *thing*."""
    found = Fact.objects.filter(subject_type=thing._meta.label_lower, subject_id=str(thing.pk))
    return found.order_by("-id").first()
