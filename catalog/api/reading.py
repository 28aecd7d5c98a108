"""What the addresses of this app share: who asks, how things are named in addresses, filtering by words."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from django_stubs_ext import StrOrPromise
from drf_spectacular.utils import OpenApiParameter

from core.actor import Actor
from core.api.pages import Pages

_NUMBER: Any = {"type": "integer", "minimum": 1, "maximum": 9_223_372_036_854_775_807}


def actor_of(view: Any) -> Actor:
    """Return who asks."""
    actor: Actor = view.request._request.actor
    return actor


def code_in_path(description: StrOrPromise, longest: int) -> OpenApiParameter:
    """Describe a code in an address."""
    kind: Any = {"type": "string", "minLength": 1, "maxLength": longest}
    return OpenApiParameter("code", kind, OpenApiParameter.PATH, description=str(description))


def number_in_path(description: StrOrPromise) -> OpenApiParameter:
    """Describe a number in an address."""
    return OpenApiParameter("id", _NUMBER, OpenApiParameter.PATH, description=str(description))


class ByCode(Pages):
    """Pages in order of code."""

    sorts = {"code": ("code", "id")}


class ByTitle(Pages):
    """Pages in Vietnamese order of titles, or in the order of making."""

    sorts = {"title": ("sort_key", "id"), "made": ("id",)}


class WordsFilter(filters.FilterSet):
    """``q`` folds diacritics; the queryset says where it looks."""

    q = filters.CharFilter(
        method="by_words", help_text=_("Các từ phải có trong tên hoặc mã, không phân biệt dấu và chữ hoa.")
    )

    def by_words(self, queryset, name: str, value: str):  # type: ignore[no-untyped-def]
        """Match every folded word."""
        return queryset.matching(value)
