"""A service ready to be published, and the people who may touch it."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Agency, User
from catalog.models import DataService, InformationSystem, Sector, ServiceVersion
from catalog.services.data_services import create_service
from catalog.services.operations import set_operation
from catalog.services.systems import register_system
from catalog.services.upstreams import set_upstream
from catalog.services.versions import create_version
from core.actor import Actor, system_actor

JOB = system_actor("Kiểm thử")
LEGAL = {
    "data_scope": "124 xã, phường của tỉnh",
    "eligible_consumers": "Cơ quan nhà nước trong tỉnh",
    "sharing_method": "online",
    "sharing_class": "shared",
    "personal_data": "none",
    "importance": "other",
    "data_layer": "reference",
    "not_state_secret": True,
}
SYSTEM = {
    "purpose": "Giải quyết thủ tục hành chính",
    "security_level": 2,
    "environments": ["sandbox", "live"],
    "networks": ["10.20.30.0/24"],
}


def sector(code: str = "quan-ly-hanh-chinh") -> Sector:
    """Return a field of state management."""
    return Sector.objects.get_or_create(code=code, defaults={"title": "Quản lý hành chính", "source": "kiểm thử"})[0]


@pytest.fixture
def people(
    agency: Callable[..., Agency], person: Callable[..., User], actor: Callable[..., Actor]
) -> Callable[..., Actor]:
    """Return an actor of a role at an agency, made when first asked for."""

    def make(role: str, code: str = "H60.90") -> Actor:
        body = agency(code, is_operator=code == "H60.02")
        return actor(person(f"{role.replace('_', '-')}.{code.lower()}@lgsp.example", body, role))

    return make


@pytest.fixture
def system(agency: Callable[..., Agency]) -> Callable[..., InformationSystem]:
    """Register a system of an agency."""

    def make(code: str = "H60.90", **fields: Any) -> InformationSystem:
        values = {"name": "Hệ thống thử", **SYSTEM, **fields}
        return register_system(actor=JOB, owner=agency(code), **values)

    return make


@pytest.fixture
def service(agency: Callable[..., Agency]) -> Callable[..., DataService]:
    """Enter a service of an agency with its legal items whole."""

    def make(code: str = "administrative-units", provider: str = "H60.03", **fields: Any) -> DataService:
        values = {"title": "Đơn vị hành chính", "sector": sector(), **LEGAL, **fields}
        return create_service(actor=JOB, code=code, provider=agency(provider), **values)

    return make


@pytest.fixture
def draft(service: Callable[..., DataService], settings: Any) -> Callable[..., ServiceVersion]:
    """Make a draft version with an operation and an address in each environment."""
    settings.LOOPBACK_UPSTREAMS = True

    def make(url: str = "http://127.0.0.1:9", **fields: Any) -> ServiceVersion:
        version = create_version(actor=JOB, service=service(**fields), name="v1")
        set_operation(
            actor=JOB,
            version=version,
            code="communes",
            title="Danh sách xã, phường",
            method="GET",
            template="/communes",
            record_path="data",
            elements=[("code", "Mã đơn vị hành chính", "chuỗi", "public"), ("name", "Tên", "chuỗi", "public")],
        )
        for environment in ("sandbox", "live"):
            set_upstream(actor=JOB, version=version, environment=environment, base_url=url)
        return version

    return make
