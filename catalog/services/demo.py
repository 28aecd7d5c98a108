"""The sample service: administrative units of the province, answered by the sample provider."""

from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import Agency
from catalog.choices import ServiceState
from catalog.models import DataService, Sector, ServiceVersion
from catalog.services.data_services import create_service
from catalog.services.operations import set_operation
from catalog.services.upstreams import set_upstream
from catalog.services.versions import create_version, publish_version
from core.actor import Actor
from core.choices import Environment
from core.problems import StateRefused

CODE, PROVIDER = "administrative-units", "H60.03"
# Below this path the sample provider answers as its own sandbox: no address serves both environments.
SANDBOX_PLACE = "thu-nghiem"
SECTOR = {"title": "Nội vụ", "source": "Chức năng của Sở Nội vụ", "is_default": True}
# On what terms samples are shared: reference data, open to every connected agency of the province.
TERMS: dict[str, Any] = {
    "is_sample": True,
    "eligible_consumers": "Cơ quan, đơn vị trong tỉnh có hệ thống thông tin đã được chấp thuận kết nối.",
    "sharing_method": "online",
    "sharing_class": "shared",
    "personal_data": "none",
    "importance": "other",
    "data_layer": "reference",
    "not_state_secret": True,
}
ELEMENTS = (
    ("code", "Mã đơn vị hành chính, 5 chữ số", "chuỗi", "public"),
    ("name", "Tên", "chuỗi", "public"),
    ("level", "Cấp: xa hoặc phuong", "chuỗi", "public"),
    ("level_name", "Tên cấp", "chuỗi", "public"),
    ("full_name", "Tên đầy đủ", "chuỗi", "public"),
    ("province_code", "Mã tỉnh", "chuỗi", "public"),
    ("province_name", "Tên tỉnh", "chuỗi", "public"),
    ("valid_from", "Có hiệu lực từ ngày", "ngày", "public"),
)
# Code, title and path of each.
OPERATIONS = (
    ("list-communes", "Danh sách xã, phường", "/communes"),
    ("search-communes", "Tìm xã, phường theo tên", "/communes/search"),
    ("commune", "Một xã, phường theo mã", "/communes/{code}"),
)


@transaction.atomic
def load_sample_service(*, actor: Actor, provider_url: str) -> DataService:
    """Publish the sample service where it is not known, answered at *provider_url*.

    Where it is known, addresses on loopback, left by an earlier start, follow; addresses staff set are left alone.
    """
    if settings.MODE == "production":
        raise StateRefused("Dịch vụ mẫu không được tạo ở chế độ chính thức.")
    known = DataService.objects.filter(code=CODE).first()
    if known is None:
        return _make(actor, provider_url)
    for version in known.versions.exclude(state=ServiceState.WITHDRAWN) if known.is_sample else ():
        for upstream in version.upstreams.filter(base_url__startswith="http://127.0.0.1:"):
            address = address_in(upstream.environment, provider_url)
            set_upstream(actor=actor, version=version, upstream=upstream, base_url=address)
    return known


def address_in(environment: str, provider_url: str) -> str:
    """Return where the sample provider answers in *environment*."""
    return f"{provider_url}/{SANDBOX_PLACE}" if environment == Environment.SANDBOX else provider_url


def _make(actor: Actor, provider_url: str) -> DataService:
    service = create_service(
        actor=actor,
        code=CODE,
        provider=Agency.objects.get(code=PROVIDER),
        title="Danh mục đơn vị hành chính cấp xã tỉnh Tuyên Quang",
        summary="Tra cứu 117 xã và 7 phường của tỉnh từ ngày 01/07/2025: danh sách, tìm theo tên, xem theo mã.",
        data_scope="Mã, tên, cấp của 124 đơn vị hành chính cấp xã trên địa bàn tỉnh.",
        **TERMS,
        sector=Sector.objects.get_or_create(code="noi-vu", defaults=SECTOR)[0],
    )
    version = create_version(actor=actor, service=service, name="v1")
    _fill(actor, version, provider_url)
    publish_version(actor=actor, version=version)
    return service


def _fill(actor: Actor, version: ServiceVersion, provider_url: str) -> None:
    for code, title, template in OPERATIONS:
        set_operation(
            actor=actor,
            version=version,
            code=code,
            title=title,
            method="GET",
            template=template,
            record_path="data",
            elements=ELEMENTS,
        )
    for environment in Environment:
        address = address_in(environment, provider_url)
        set_upstream(
            actor=actor, version=version, environment=environment.value, base_url=address, health_path="/health"
        )
