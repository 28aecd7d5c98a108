"""Fields that forms of portal and staff rooms share: lists typed one a line."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.elements import LineRefused, read_line, write_line
from core.networks import read_networks

ELEMENTS_HINT = _(
    "Mỗi dòng một trường: tên_trường: ý nghĩa | kiểu | phân loại, ví dụ ma_xa: Mã xã | chuỗi | Dùng chung. "
    "Phân loại là một trong: Công khai, Dùng chung, Hạn chế, Cá nhân, Cá nhân nhạy cảm."
)


class LinesField(forms.CharField):
    """A list of texts, one a line; empty lines do not count."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Show a stored list as lines, what was typed as it was typed."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the lines."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class NetworksField(LinesField):
    """Addresses and ranges, one a line, in standard form."""

    def clean(self, value: Any) -> Any:
        """Return the networks; every line that is none is named."""
        found, wrong = read_networks(super().clean(value))
        if wrong:
            raise forms.ValidationError(wrong)
        return found


class JsonTextField(forms.JSONField):
    """JSON as text; nothing yet is an empty field, not the word for nothing."""

    def prepare_value(self, value: Any) -> Any:
        """Show stored JSON as text, what was typed as it was typed."""
        return "" if value is None else super().prepare_value(value)


class ElementsField(forms.CharField):
    """The fields of an answer, ``name: meaning | type | class`` a line; type and class may follow later."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Show stored fields as lines, what was typed as it was typed."""
        return "\n".join(write_line(item) for item in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the fields. Lines that are none are named, ten at most."""
        found, wrong = [], []
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            try:
                found.append(read_line(line))
            except LineRefused as refused:
                wrong.append(str(refused))
        if wrong:
            raise forms.ValidationError(wrong[:10])
        return found
