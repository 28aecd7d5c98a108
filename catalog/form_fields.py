"""Fields that forms of portal and staff rooms share: lists typed one a line."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.networks import read_networks


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


class PairsField(forms.CharField):
    """A list of names with their meaning, ``name: meaning`` a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Show stored pairs as lines."""
        return "\n".join(f"{name}: {label}" for name, label in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the pairs. A line without a colon is refused."""
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        pairs = []
        for line in lines:
            name, colon, label = line.partition(":")
            if not colon:
                raise forms.ValidationError(
                    _("Dòng «%(line)s» ghi theo dạng tên_trường: ý nghĩa, ví dụ ma_xa: Mã đơn vị hành chính"),
                    params={"line": line[:60]},
                )
            pairs.append((name.strip(), label.strip()))
        return pairs
