"""Staff forms that know which state of a row the person saw."""

from typing import Any

from django import forms

from core.admin import DeedForm


class SeenForm(DeedForm):
    """A form that hands the deed the ``revision`` the person saw, so that a faster change is not overwritten."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.revision if self.instance.pk else None

    def clean(self) -> dict[str, Any] | None:
        """Rename it for the deed."""
        cleaned = super().clean() or self.cleaned_data
        seen = cleaned.pop("seen", None)
        return {**cleaned, "revision": seen} if self.instance.pk else cleaned
