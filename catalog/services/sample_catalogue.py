"""An illustrative catalogue: systems and services as a province has them, every one marked as sample.

The services are answered by the sample provider with made-up records, so what is published can be called.
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from catalog.choices import ServiceState
from catalog.models import DataService, InformationSystem, Sector, ServiceVersion, Upstream
from catalog.services.data_services import create_service
from catalog.services.demo import address_in
from catalog.services.operations import set_operation
from catalog.services.systems import register_system
from catalog.services.upstreams import set_upstream
from catalog.services.versions import create_version, publish_version
from core.actor import Actor
from core.choices import Environment
from core.problems import StateRefused

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
# Below this path the sample provider answers for the services of the seed.
PLACE = "mau"


@transaction.atomic
def load_sample_catalogue(*, actor: Actor, provider_url: str) -> int:
    """Register the sample systems and publish the sample services that are not known yet; return how many were made.

    What is known stays as staff left it; only addresses on loopback, left by an earlier start, follow *provider_url*.
    Rows of agencies the register does not have are left out. Raises StateRefused in production.
    """
    if settings.MODE == "production":
        raise StateRefused(_("Danh mục minh họa không được tạo ở chế độ chính thức."))
    services, systems = _read("sample_services.json"), _read("sample_systems.json")
    agencies = Agency.objects.in_bulk(
        {row["provider"] for row in services} | {row["owner"] for row in systems}, field_name="code"
    )
    made = [_register(actor, agencies[row["owner"]], row) for row in _new_systems(systems) if row["owner"] in agencies]
    sectors = Sector.objects.in_bulk(field_name="code")
    known = set(DataService.objects.values_list("code", flat=True))
    for row in services:
        if row["code"] not in known and row["provider"] in agencies:
            _publish(actor, row, agencies[row["provider"]], sectors.get(row["sector"]), provider_url)
            made.append(row["code"])
    _follow(actor, [row["code"] for row in services], provider_url)
    return len(made)


def _read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((SEEDS / name).read_text(encoding="utf-8"))
    return rows


def _new_systems(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = set(InformationSystem.objects.filter(is_sample=True).values_list("name", flat=True))
    return [row for row in rows if row["name"] not in known]


def _register(actor: Actor, owner: Agency, row: dict[str, Any]) -> str:
    fields = {name: row[name] for name in ("name", "purpose", "security_level")}
    environments = [item.value for item in Environment]
    made = register_system(actor=actor, owner=owner, is_sample=True, environments=environments, **fields)
    return made.code


def _publish(actor: Actor, row: dict[str, Any], provider: Agency, sector: Sector | None, provider_url: str) -> None:
    operations = row["operations"]
    fields = {name: value for name, value in row.items() if name not in ("operations", "provider", "sector")}
    service = create_service(
        actor=actor, provider=provider, is_sample=True, sector=sector, not_state_secret=True, **fields
    )
    version = create_version(actor=actor, service=service, name="v1")
    for item in operations:
        given = {name: item[name] for name in ("code", "title", "method", "template")}
        set_operation(actor=actor, version=version, record_path="data", elements=item["fields"], **given)
    for environment in Environment:
        address = _address(provider_url, environment, service.code)
        set_upstream(actor=actor, version=version, environment=environment.value, base_url=address)
    if sector is not None:
        publish_version(actor=actor, version=ServiceVersion.objects.get(pk=version.pk))


def _address(provider_url: str, environment: str, code: str) -> str:
    return f"{address_in(environment, provider_url)}/{PLACE}/{code}"


def _follow(actor: Actor, codes: list[str], provider_url: str) -> None:
    """Move addresses that an earlier start left on loopback to *provider_url*."""
    left = Upstream.objects.filter(
        version__service__code__in=codes, version__service__is_sample=True, base_url__startswith="http://127.0.0.1:"
    ).exclude(version__state=ServiceState.WITHDRAWN)
    for upstream in left.exclude(base_url__startswith=f"{provider_url}/").select_related("version__service"):
        address = _address(provider_url, upstream.environment, upstream.version.service.code)
        set_upstream(actor=actor, version=upstream.version, upstream=upstream, base_url=address)
