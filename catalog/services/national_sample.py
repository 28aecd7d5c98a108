"""The sample service of a national platform: shared code lists, answered by a stand-in that has to be signed in to."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from catalog.choices import ServiceState
from catalog.models import DataService, Sector, ServiceVersion
from catalog.services.data_services import create_service
from catalog.services.demo import TERMS, address_in
from catalog.services.operations import set_operation
from catalog.services.upstreams import set_upstream
from catalog.services.versions import create_version, publish_version
from core.actor import Actor
from core.choices import Environment
from core.problems import StateRefused

CODE, PROVIDER, SECTOR = "danh-muc-quoc-gia-mau", "Z04.06", "khoa-hoc-cong-nghe"
# The account of the demonstration at the stand-in (``lgsp/provider/national.py``), which holds nothing but samples.
CLIENT_ID, CLIENT_SECRET = "lgsp-tuyen-quang-mau", "mau-khong-phai-bi-mat"  # says so itself
_ENTRY = (
    ("category", "Mã danh mục", "chuỗi", "shared"),
    ("code", "Mã", "chuỗi", "shared"),
    ("title", "Tên", "chuỗi", "shared"),
)
# Code, title, method, path and fields of each.
OPERATIONS = (
    ("tat-ca-danh-muc", "Tất cả danh mục", "GET", "/AllCategory", _ENTRY[1:]),
    ("mot-danh-muc", "Các mục của một danh mục", "GET", "/Category/{code}", _ENTRY),
    ("tra-cuu", "Tra cứu theo danh sách mã", "POST", "/Lookup", _ENTRY),
)


@transaction.atomic
def load_national_sample(*, actor: Actor, provider_url: str) -> DataService | None:
    """Publish the service where it is not known, answered by the stand-in at *provider_url*; None without its agency.

    Where it is known, addresses on loopback, left by an earlier start, follow; addresses staff set are left alone.
    Raises StateRefused in production.
    """
    if settings.MODE == "production":
        raise StateRefused(_("Danh mục minh họa không được tạo ở chế độ chính thức."))
    known = DataService.objects.filter(code=CODE).first()
    provider = Agency.objects.filter(code=PROVIDER).first()
    if known is None:
        return _make(actor, provider, provider_url) if provider is not None else None
    for version in known.versions.exclude(state=ServiceState.WITHDRAWN) if known.is_sample else ():
        for upstream in version.upstreams.filter(
            base_url__startswith="http://127.0.0.1:", client_id=CLIENT_ID
        ).exclude(base_url__startswith=f"{provider_url}/"):
            address = _address(upstream.environment, provider_url)
            set_upstream(actor=actor, version=version, upstream=upstream, **address)
    return known


def _make(actor: Actor, provider: Agency, provider_url: str) -> DataService:
    sector = Sector.objects.filter(code=SECTOR).first()
    service = create_service(
        actor=actor,
        code=CODE,
        provider=provider,
        title="Danh mục dùng chung quốc gia (mẫu)",
        summary="Nền tảng quốc gia mô phỏng: đăng nhập bằng tài khoản OAuth 2 và trả lời các bảng mã mẫu. Không phải "
        "dữ liệu thật của nền tảng tích hợp, chia sẻ dữ liệu quốc gia.",
        data_scope="Ba danh mục mẫu: loại giấy tờ, trạng thái xử lý hồ sơ, hình thức nộp hồ sơ.",
        **TERMS,
        sector=sector,
    )
    version = create_version(actor=actor, service=service, name="v1")
    for code, title, method, template, elements in OPERATIONS:
        given: dict[str, Any] = {"code": code, "title": title, "method": method, "template": template}
        set_operation(actor=actor, version=version, record_path="data", elements=elements, **given)
    for environment in Environment:
        address = _address(environment.value, provider_url)
        set_upstream(actor=actor, version=version, environment=environment.value, **address)
    if sector is not None:
        publish_version(actor=actor, version=ServiceVersion.objects.get(pk=version.pk))
    return service


def _address(environment: str, provider_url: str) -> dict[str, Any]:
    """Return the stand-in's address in *environment*; it wants to hear who asks for which procedure."""
    place = address_in(environment, provider_url)
    return {
        "base_url": f"{place}/dmdc/1.0",
        "token_url": f"{place}/token",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "asserted": False,
        "agency_header": "MaDonVi",
        "procedure_header": "MaDVC",
        "officer_header": "MaCanBo",
    }
