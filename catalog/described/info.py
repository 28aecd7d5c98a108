"""The head of the document: whose service it is, its bounds, forms, other doors and end."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.choices import MessageForm
from catalog.described.forms import JSON, MAPPING, XML
from catalog.described.shapes import Cut, Described
from core.soap import endpoint_of

Json = dict[str, Any]


def base_of(described: Described) -> str:
    """Return where the version is called; paths follow it."""
    return urljoin(settings.PUBLIC_URL, f"/api/data/{described.code}/{described.name}")


def page_of(described: Described) -> str:
    """Return the address of the same for people."""
    return _absolute("service_reference", described.code, described.name)


def soap_of(described: Described) -> Json:
    """Return where the version is called by SOAP, and its WSDL."""
    return {
        "address": urljoin(settings.PUBLIC_URL, endpoint_of(described.code, described.name)),
        "wsdl": _absolute("service_wsdl", described.code, described.name),
    }


def end_of(described: Described) -> Json:
    """Return the link to what is said of the end of a deprecated version."""
    day = described.sunset_on
    told = _("Ngừng cung cấp từ ngày %(day)s") % {"day": f"{day:%d/%m/%Y}"} if day else _("Sắp ngừng cung cấp")
    if described.successor:
        told = _("%(told)s, thay bằng phiên bản %(name)s") % {"told": told, "name": described.successor}
    return {"description": told, "url": _absolute("version_end", described.code, described.name)}


def info_of(described: Described) -> Json:
    """Return the head of the document."""
    found: Json = {
        "title": f"{described.title} ({described.name})",
        "version": described.name,
        "description": described.summary or described.title,
        "contact": {"name": described.provider_name, "url": _absolute("agency", described.provider_code)},
        "x-lgsp-service": described.code,
        "x-lgsp-provider": described.provider_code,
        "x-lgsp-limits": _limits(described),
        "x-lgsp-forms": _forms(described),
        "x-lgsp-soap": soap_of(described),
    }
    if described.changed_at is not None:
        found["x-lgsp-changed-at"] = described.changed_at.isoformat(timespec="seconds")
    if described.sunset_on is not None:
        found["x-lgsp-sunset"] = described.sunset_on.isoformat()
        found["x-lgsp-ending"] = _ending(described)
    if described.cut is not None:
        found["x-lgsp-grant"] = _grant(described.cut)
    return found


def _absolute(name: str, *parts: str) -> str:
    return urljoin(settings.PUBLIC_URL, reverse(name, args=parts))


def _limits(described: Described) -> Json:
    found = {
        "max_request_bytes": described.max_request_bytes,
        "max_answer_bytes": described.max_answer_bytes,
        "timeout_ms": described.timeout_ms,
    }
    return found | ({"default_daily_quota": described.default_quota} if described.default_quota else {})


def _forms(described: Described) -> Json:
    both = [JSON, XML]
    found: Json = {"answers": both, "mapping": MAPPING, "gzip": described.inflates}
    return found if described.form == MessageForm.RAW else {"requests": both, **found}


def _ending(described: Described) -> Json:
    begun = described.deprecated_at
    successor = base_of(described).removesuffix(described.name) + described.successor if described.successor else None
    return {
        "deprecated_at": begun.isoformat(timespec="seconds") if begun else None,
        "sunset_on": described.sunset_on.isoformat() if described.sunset_on else None,
        "page": end_of(described)["url"],
        "successor": successor,
    }


def _grant(cut: Cut) -> Json:
    found: Json = {
        "grant": cut.grant,
        "environment": cut.environment,
        "purpose": cut.purpose,
        "daily_quota": cut.daily_quota,
    }
    rates = {"rate_per_second": cut.rate_per_second, "rate_per_minute": cut.rate_per_minute}
    found |= {name: value for name, value in rates.items() if value}
    return found | ({"valid_to": cut.valid_to.isoformat()} if cut.valid_to else {})
