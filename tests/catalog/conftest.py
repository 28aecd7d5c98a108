"""A service ready to be published, and the people who may touch it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Agency, User
from catalog.models import DataService, InformationSystem, Sector, ServiceVersion, TechnicalDocument
from catalog.services import documents
from catalog.services.data_services import create_service
from catalog.services.operations import set_operation
from catalog.services.systems import register_system
from catalog.services.upstreams import set_upstream
from catalog.services.versions import create_version, publish_version
from core.actor import Actor, system_actor
from tests.core.file_makers import pdf_bytes
from tests.shelf import SHELF, named

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


def holder(role: str, code: str, agency: Callable[..., Agency], person: Callable[..., User]) -> User:
    """Return the person with a role at an agency, made when first asked for."""
    email = f"{role.replace('_', '-')}.{code.lower()}@lgsp.example"
    known: User | None = User.objects.filter(email=email).first()
    return known or person(email, agency(code, is_operator=code == "H60.02"), role)


def sector(code: str = "quan-ly-hanh-chinh") -> Sector:
    """Return a field of state management."""
    return Sector.objects.get_or_create(code=code, defaults={"title": "Quản lý hành chính", "source": "kiểm thử"})[0]


@pytest.fixture
def people(
    agency: Callable[..., Agency], person: Callable[..., User], actor: Callable[..., Actor]
) -> Callable[..., Actor]:
    """Return an actor of a role at an agency, made when first asked for."""

    def make(role: str, code: str = "H60.90") -> Actor:
        return actor(holder(role, code, agency, person))

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

    def enter(code: str, provider: str, **fields: Any) -> DataService:
        values = {"title": "Đơn vị hành chính", "sector": sector(), **LEGAL, **fields}
        return create_service(actor=JOB, code=code, provider=agency(provider), **values)

    def make(code: str = "administrative-units", provider: str = "H60.03", **fields: Any) -> DataService:
        given = {"code": code, "provider": provider, **fields}
        return SHELF.take(named("service", given), lambda: enter(**given))

    return make


@pytest.fixture
def draft(service: Callable[..., DataService], settings: Any) -> Callable[..., ServiceVersion]:
    """Make a draft version with an operation and an address in each environment."""
    settings.LOOPBACK_UPSTREAMS = True
    ground = django_settings._wrapped

    def write(url: str, fields: dict[str, Any]) -> ServiceVersion:
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

    def make(url: str = "http://127.0.0.1:9", **fields: Any) -> ServiceVersion:
        if django_settings._wrapped is not ground:
            return write(url, fields)  # the test rules otherwise than those before it
        return SHELF.take(named("draft", url, fields), lambda: write(url, fields))

    return make


@pytest.fixture
def published(draft: Callable[..., ServiceVersion]) -> DataService:
    """A service in the public catalogue, provided by H60.03."""
    version = draft()
    return SHELF.take("published", lambda: publish_version(actor=JOB, version=version)).service


@pytest.fixture
def client_of(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> Callable[..., Client]:
    """Return the browser of a person with a role at an agency, a visitor's without a role."""

    def make(role: str = "", code: str = "H60.90") -> Client:
        return signed_in(holder(role, code, agency, person)) if role else Client()

    return make


def upload(name: str = "huong-dan.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    """Return a file as a form hands it over."""
    return SimpleUploadedFile(name, pdf_bytes() if content is None else content)


@pytest.fixture
def document(db: None) -> Callable[..., TechnicalDocument]:
    """Enter and publish a document with one file."""

    def make(title: str = "Hướng dẫn", level: str = "public", *, publish: bool = True, **fields: Any) -> Any:
        made = documents.enter_document(actor=JOB, title=title, level=level, **fields)
        documents.add_document_version(actor=JOB, document=made, label="1.0", changes="Bản đầu", file=upload())
        return documents.move_document(actor=JOB, document=made, step="publish") if publish else made

    return make
