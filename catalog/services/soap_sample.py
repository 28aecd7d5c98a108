"""The sample service whose source system speaks SOAP: communes by a WSDL, as an older system would hand it in."""

from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from catalog.choices import ServiceState
from catalog.models import DataService, Sector, ServiceVersion
from catalog.selectors.descriptions import reading_of
from catalog.services.data_services import create_service
from catalog.services.demo import PROVIDER, SECTOR, TERMS, address_in
from catalog.services.descriptions import apply, hand_in
from catalog.services.operations import fields_of, set_operation
from catalog.services.upstreams import set_upstream
from catalog.services.versions import create_version, publish_version
from core.actor import Actor
from core.choices import Environment
from core.problems import StateRefused

CODE = "xa-phuong-soap"
FILE_NAME = "don-vi-hanh-chinh.wsdl"
# Code of an operation that only reads -> its address and where the elements of its request come from.
ADDRESSES = {
    "danh-sach-xa": ("/xa", "Cap = ?cap\nSoDong = ?so_dong\nTuDong = ?tu_dong"),
    "tra-cuu-xa": ("/xa/{ma}", "Ma = {ma}"),
}
CLASS = "public"


@transaction.atomic
def load_soap_sample(*, actor: Actor, provider_url: str, wsdl: bytes) -> DataService | None:
    """Publish the service where it is not known, described by *wsdl* and answered at *provider_url*.

    None without its agency. Where it is known, addresses on loopback, left by an earlier start, follow; addresses
    staff set are left alone. Raises StateRefused in production.
    """
    if settings.MODE == "production":
        raise StateRefused(_("Danh mục minh họa không được tạo ở chế độ chính thức."))
    known = DataService.objects.filter(code=CODE).first()
    provider = Agency.objects.filter(code=PROVIDER).first()
    if known is None:
        return _make(actor, provider, provider_url, wsdl) if provider is not None else None
    for version in known.versions.exclude(state=ServiceState.WITHDRAWN) if known.is_sample else ():
        for upstream in version.upstreams.filter(base_url__startswith="http://127.0.0.1:"):
            address = address_in(upstream.environment, provider_url)
            set_upstream(actor=actor, version=version, upstream=upstream, base_url=address)
    return known


def _make(actor: Actor, provider: Agency, provider_url: str, wsdl: bytes) -> DataService:
    service = create_service(
        actor=actor,
        code=CODE,
        provider=provider,
        title="Tra cứu xã, phường từ hệ thống dùng SOAP (mẫu)",
        summary="Hệ thống nguồn mẫu trả lời bằng SOAP; bên gọi dùng REST hay SOAP đều nhận cùng dữ liệu. Cùng nguồn "
        "với danh mục đơn vị hành chính cấp xã của tỉnh.",
        data_scope="Mã, tên, cấp của 124 đơn vị hành chính cấp xã trên địa bàn tỉnh.",
        **TERMS,
        sector=Sector.objects.get_or_create(code="noi-vu", defaults=SECTOR)[0],
    )
    version = create_version(actor=actor, service=service, name="v1")
    _fill(actor, version, wsdl)
    for environment in Environment:
        address = address_in(environment, provider_url)
        set_upstream(
            actor=actor, version=version, environment=environment.value, base_url=address, health_path="/health"
        )
    publish_version(actor=actor, version=ServiceVersion.objects.get(pk=version.pk))
    return service


def _fill(actor: Actor, version: ServiceVersion, wsdl: bytes) -> None:
    """Take the operations from the file, then give those that only read an address of their own."""
    found = hand_in(actor=actor, version=version, file=ContentFile(wsdl, name=FILE_NAME))
    apply(actor=actor, description=found, seen=reading_of(found).difference.seen, reads=list(ADDRESSES))
    for operation in version.operations.all():
        template, lines = ADDRESSES[operation.code]
        values: dict[str, Any] = {"template": template, "soap_parameters": lines}
        elements = [field._replace(data_class=CLASS) for field in fields_of(operation)]
        set_operation(actor=actor, version=version, operation=operation, elements=elements, **values)
