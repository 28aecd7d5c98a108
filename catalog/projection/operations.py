"""Operations of what can be called, with how they are asked by SOAP and what their messages are judged by."""

from collections import defaultdict
from collections.abc import Mapping

from catalog.choices import Direction
from catalog.models import DataElement, Operation, ProfileUse
from catalog.projection.rows import OperationRow, ProfileRow, SoapRow
from catalog.soap import kind_of, parameters_of, repeated_of, soap_of
from core import clock


def operations_of(live: Mapping[str, object]) -> dict[int, list[OperationRow]]:
    """Return the operations of versions that fit the conditions *live*, by version; three queries."""
    kinds: dict[int, dict[str, str]] = defaultdict(dict)
    elements = DataElement.objects.filter(**{f"operation__{name}": value for name, value in live.items()})
    for operation_id, name, kind in elements.order_by("operation_id", "place").values_list(
        "operation_id", "name", "data_type"
    ):
        kinds[operation_id][name] = kind_of(kind)
    profiles = _profiles({f"operation__{name}": value for name, value in live.items()})
    found: dict[int, list[OperationRow]] = defaultdict(list)
    for item in Operation.objects.filter(**live).order_by("version_id", "template", "method"):
        row = OperationRow(
            operation_id=item.pk,
            code=item.code,
            method=item.method,
            template=item.template,
            record_path=item.record_path,
            fields=tuple(kinds[item.pk]),
            soap=_soap_row(item, kinds[item.pk]),
            request_profile=profiles.get((item.pk, Direction.REQUEST)),
            answer_profile=profiles.get((item.pk, Direction.ANSWER)),
            root=item.xml_root,
        )
        found[item.version_id].append(row)
    return found


def _soap_row(operation: Operation, kinds: Mapping[str, str]) -> SoapRow | None:
    """Return how *operation* is asked by SOAP, None where its provider speaks REST."""
    said = soap_of(operation)
    if not said.version:
        return None
    return SoapRow(
        said.version,
        said.path,
        said.action,
        said.namespace,
        said.request,
        said.qualified,
        tuple(parameters_of(said.parameters)),
        tuple(said.response.split("/")),
        frozenset(repeated_of(said.repeated)),
        {name: kind for name, kind in kinds.items() if kind},
    )


def _profiles(live: Mapping[str, object]) -> dict[tuple[int, str], ProfileRow]:
    """Return what applies today, by operation and direction; a day begins with the next load, within a minute."""
    made: dict[int, ProfileRow] = {}
    found: dict[tuple[int, str], ProfileRow] = {}
    for use in ProfileUse.objects.applied(clock.today()).filter(**live).select_related("profile"):
        profile = use.profile
        assert profile is not None  # noqa: S101 - without one nothing is applied
        if profile.pk not in made:
            made[profile.pk] = ProfileRow(profile.pk, profile.code, profile.version, profile.form, profile.content)
        found[use.operation_id, use.direction] = made[profile.pk]
    return found
