"""What the public catalogue is found by, renewed by every deed that changes it (issue: finding)."""

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import Func, TextField, Value

from catalog.choices import CALLABLE, ServiceState
from catalog.models import DataElement, DataService, SearchWord, ServiceEntry, ServiceVersion
from catalog.words import pairs_of, spaced, words_of, words_of_name
from core.text import fold

BATCH = 200


@transaction.atomic
def index_service(service_id: int) -> None:
    """Renew what the catalogue finds the service by; one that can be called no more leaves it.

    Called last by the deeds that change a service or a version of it, inside their transaction.
    """
    versions = list(ServiceVersion.objects.filter(service_id=service_id, state__in=CALLABLE))
    if not versions:
        ServiceEntry.objects.filter(pk=service_id).delete()
        return
    service = DataService.objects.select_related("provider", "sector").get(pk=service_id)
    title = words_of(service.title)
    own = [*title, *_said(service)]
    texts = [own, *_named(versions)]
    lexemes = {word for words in texts for word in [*words, *pairs_of(words)]}
    published = any(version.state == ServiceState.PUBLISHED for version in versions)
    entry = ServiceEntry(
        service=service,
        provider=service.provider,
        sector=service.sector,
        sharing_class=service.sharing_class,
        sharing_method=service.sharing_method,
        personal_data=service.personal_data,
        state=ServiceState.PUBLISHED if published else ServiceState.DEPRECATED,
        published_at=max((version.published_at for version in versions if version.published_at), default=None),
        title=spaced(title),
        own=spaced(own),
        words=Func(Value(sorted(lexemes), ArrayField(TextField())), function="array_to_tsvector"),
        sort_key=service.sort_key,
    )
    entry.save()
    learn(word for words in texts for word in words)


def learn(words: Iterable[str]) -> None:
    """Remember *words*, so that what is mistyped can be put right from them."""
    fresh = [SearchWord(word=word) for word in sorted(set(words))]
    SearchWord.objects.bulk_create(fresh, ignore_conflicts=True)


def index_all(*, again: bool = False) -> int:
    """Index the published services the catalogue does not find yet, or every one *again*. Returns how many."""
    ServiceEntry.objects.exclude(pk__in=DataService.objects.published().values("pk")).delete()
    wanted = DataService.objects.published() if again else DataService.objects.published().filter(entry=None)
    found = list(wanted.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(found), BATCH):
        with transaction.atomic():
            for pk in found[start : start + BATCH]:
                index_service(pk)
    return len(found)


def _said(service: DataService) -> list[str]:
    texts = [service.code, service.summary, service.data_scope, service.eligible_consumers, str(service.provider)]
    return words_of(" ".join([*texts, str(service.sector or "")]))


def _named(versions: list[ServiceVersion]) -> list[list[str]]:
    """Return the words of the versions' fields, each label and name once."""
    elements = DataElement.objects.filter(operation__version__in=versions).order_by("operation_id", "place")
    texts: dict[str, list[str]] = {}
    for element in elements:
        texts.setdefault(element.label, words_of(element.label))
        texts.setdefault(element.name, words_of_name(element.name))
        _keep_findable(element)
    return list(texts.values())


def _keep_findable(element: DataElement) -> None:
    wanted = fold(f"{element.label} {element.name}")
    if element.search != wanted:
        element.search = wanted
        element.save(update_fields=["search"])
