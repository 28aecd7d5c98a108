"""Forms of the portal: one rendering, normalised text, errors that say what to do.

The renderer serves every form of the product. Django's admin and unfold draw fields themselves and only take widgets
from it, which come from the same templates as before.
"""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.renderers import TemplatesSetting
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core.hours import read_hours, said
from core.problems import DomainError, InvalidInput
from core.text import nfc

_GROUPED = re.compile(r"\d{1,3}(?:[. ]\d{3})+")
_CHOICES = (forms.ChoiceField, forms.ModelChoiceField)
# Kind of field -> error code -> text. The first kind that fits a field wins for each code.
_TEXTS: Mapping[type[forms.Field], Mapping[str, StrOrPromise]] = {
    forms.DateTimeField: {"invalid": _("Thời điểm phải theo dạng ngày/tháng/năm giờ:phút, ví dụ 19/03/2026 08:30")},
    forms.DateField: {"invalid": _("Ngày phải theo dạng ngày/tháng/năm, ví dụ 19/03/2026")},
    forms.TimeField: {"invalid": _("Giờ phải theo dạng giờ:phút, ví dụ 08:30")},
    forms.EmailField: {"invalid": _("Nhập thư điện tử công vụ, ví dụ ten@tuyenquang.gov.vn")},
    forms.GenericIPAddressField: {"invalid": _("Nhập địa chỉ IP dạng 10.20.30.40")},
    forms.URLField: {"invalid": _("Nhập địa chỉ đầy đủ, bắt đầu bằng https://")},
    forms.FloatField: {"invalid": _("Nhập một số, ví dụ 12,5")},
    forms.DecimalField: {"invalid": _("Nhập một số, ví dụ 12,5")},
    forms.IntegerField: {"invalid": _("Nhập một số nguyên, ví dụ 1000")},
    forms.FileField: {
        "empty": _("Tệp rỗng, hãy chọn lại"),
        "invalid": _("Chọn lại tệp; chưa nhận được tệp"),
    },
    forms.MultipleChoiceField: {"invalid_choice": _("Chọn trong danh sách; «%(value)s» không có trong đó")},
    forms.ModelMultipleChoiceField: {"invalid_choice": _("Chọn trong danh sách; «%(value)s» không có trong đó")},
    forms.ChoiceField: {"invalid_choice": _("Chọn một mục trong danh sách")},
    forms.ModelChoiceField: {"invalid_choice": _("Chọn một mục trong danh sách")},
}


class PortalRenderer(TemplatesSetting):
    """Draw forms with the portal's templates; needs ``django.forms`` among the installed apps for the widgets."""

    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"


class PortalBoundField(forms.BoundField):
    """A bound field whose typed text is in NFC before it is cleaned, compared or shown again."""

    @property
    def data(self) -> Any:
        """Return the submitted value, text in NFC; passwords stay exactly as typed."""
        value = super().data
        if isinstance(self.field.widget, forms.PasswordInput):
            return value
        if isinstance(value, list):
            return [nfc(item) if isinstance(item, str) else item for item in value]
        return nfc(value) if isinstance(value, str) else value


def _lower_first(label: str) -> str:
    """Return *label* for use inside a sentence; abbreviations keep their capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def name_the_errors(fields: Mapping[str, forms.Field]) -> None:
    """Replace Django's general error texts of *fields* by ones that say what to do; texts a form set itself stay."""
    for name, field in fields.items():
        label = _lower_first(str(field.label or name.replace("_", " ")))
        verb = _("Chọn") if isinstance(field, (*_CHOICES, forms.FileField)) else _("Nhập")
        if isinstance(field, forms.BooleanField):
            verb = _("Đánh dấu để xác nhận:")
        _replace(field, "required", f"{verb} {label}")
        for kind, texts in _TEXTS.items():
            if isinstance(field, kind):
                for code, text in texts.items():
                    _replace(field, code, text)
                break


def _replace(field: forms.Field, code: str, text: StrOrPromise) -> None:
    general: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        general.update(getattr(kind, "default_error_messages", {}))
    if field.error_messages.get(code) == general.get(code):
        field.error_messages[code] = text


class QuantityField(forms.IntegerField):
    """A whole number as people write it: 5000, 5.000 or 5 000 (``IntegerField`` would read "5.000" as 5)."""

    widget = forms.TextInput

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        text = _("%(what)s phải là số nguyên từ 1 đến %(most)s") % {
            "what": self.label,
            "most": number_format(most, force_grouping=True),
        }
        self.error_messages["invalid"] = text
        self.validators += [MinValueValidator(1, text), MaxValueValidator(most, text)]
        self.widget.attrs["inputmode"] = "numeric"

    def to_python(self, value: Any) -> int | None:
        """Return the number; dots and spaces between groups of three digits count for nothing."""
        text = str(value or "").strip()
        if _GROUPED.fullmatch(text):
            text = re.sub(r"\D", "", text)
        if text and not text.isdecimal():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(text)


class HoursField(forms.CharField):
    """Hours of the week as people write them, a span a line; the value is a list of spans, [] for always."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        hint = _("Mỗi dòng một khung, ví dụ T2-T6 07:00-17:30 hoặc %(weekend)s 8:00-11:30; để trống: mọi lúc.")
        super().__init__(
            **{"required": False, "max_length": 1000, "help_text": hint % {"weekend": "T7, CN"}, **kwargs}
        )

    def prepare_value(self, value: Any) -> Any:
        """Return spans as text; what was typed stays as it is."""
        return "\n".join(said(value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """Return the spans. Raises ValidationError naming each line that cannot be read."""
        found, wrong = read_hours(super().clean(value))
        if wrong:
            raise forms.ValidationError(wrong)
        return found


class FilesInput(forms.FileInput):
    """A control that takes any number of files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, cleaned to a list; what they are is judged by ``core.files``."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files as given."""
        found = list(data) if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not found:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return found


class PortalForm(forms.Form):
    """A form of the portal. Templates write ``<form method="post" novalidate>`` and ``{{ form }}`` inside it."""

    bound_field_class = PortalBoundField
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        name_the_errors(self.fields)


class PortalModelForm(forms.ModelForm):
    """As :class:`PortalForm`, for forms drawn from a model; saving still goes through a service."""

    bound_field_class = PortalBoundField
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        name_the_errors(self.fields)


def show_refusal(form: forms.BaseForm, refusal: DomainError) -> None:
    """Put what a deed refused on the fields it names, or above the form where it names none; what was typed stays."""
    if not isinstance(refusal, InvalidInput):
        form.add_error(None, str(refusal.detail))
        return
    for name, texts in refusal.errors.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, str(text))
