"""The form of an operation that its provider answers by SOAP: shape only, the deed judges."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.choices import SoapVersion
from catalog.form_fields import SOAP_HELP
from catalog.models import Operation
from catalog.soap import SOAP_FIELDS
from core.forms import PortalForm


def _line(label: Any, name: str, most: int) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=most, help_text=SOAP_HELP[name])


class SoapForm(PortalForm):
    """Version, address, messages; nothing chosen as version means REST."""

    soap_version = forms.ChoiceField(
        label=_("Bản SOAP"),
        required=False,
        choices=[("", _("Không dùng SOAP")), *SoapVersion.choices],
        help_text=SOAP_HELP["soap_version"],
    )
    soap_path = _line(_("Đường dẫn SOAP của hệ thống nguồn"), "soap_path", 200)
    soap_action = _line("SOAPAction", "soap_action", 200)
    soap_namespace = _line(_("Không gian tên của yêu cầu"), "soap_namespace", 200)
    soap_request = _line(_("Phần tử yêu cầu"), "soap_request", 64)
    soap_qualified = forms.BooleanField(
        label=_("Phần tử con mang không gian tên"), required=False, help_text=SOAP_HELP["soap_qualified"]
    )
    soap_parameters = forms.CharField(
        label=_("Các phần tử của yêu cầu"),
        required=False,
        max_length=12_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=SOAP_HELP["soap_parameters"],
    )
    soap_response = _line(_("Phần tử trả lời"), "soap_response", 300)
    soap_repeated = _line(_("Trường lặp của trả lời"), "soap_repeated", 1000)


def values_of_soap(operation: Operation) -> dict[str, Any]:
    """Return what the form of *operation* starts with."""
    return {name: getattr(operation, name) for name in SOAP_FIELDS}
