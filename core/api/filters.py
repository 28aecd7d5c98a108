"""django-filter under the rules of parameters: what its fields would pass over in silence is refused before."""

from typing import TYPE_CHECKING, Any

import django_filters
from django_filters.rest_framework import DjangoFilterBackend

from core.api.rules import Day, OneOf, Rule, Whole, Words, YesNo

if TYPE_CHECKING:
    from rest_framework.views import APIView

_LONGEST_WORDS = 200
_LARGEST = 999_999_999


def rule_of(item: django_filters.Filter) -> Rule:
    """Return the rule of a filter, read from its own arguments."""
    if isinstance(item, django_filters.BooleanFilter):
        return YesNo()
    if isinstance(item, django_filters.ChoiceFilter):
        return OneOf(*(str(value) for value, _label in item.extra["choices"]))
    if isinstance(item, django_filters.NumberFilter):
        return Whole(item.extra.get("min_value", 0), item.extra.get("max_value", _LARGEST))
    if isinstance(item, django_filters.DateFilter):
        return Day()
    return Words(item.extra.get("max_length", _LONGEST_WORDS))


class StrictFilterBackend(DjangoFilterBackend):
    """django-filter whose parameters were judged by the view (``core.api.views``) and described from their rules."""

    def rules(self, view: "APIView") -> dict[str, Rule]:
        """Return the rule of each filter of *view*."""
        return {name: rule_of(item) for name, item in self._filters(view).items()}

    def described(self, view: "APIView") -> list[dict[str, Any]]:
        """Return the filters of *view* as OpenAPI parameters."""
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": str(item.extra.get("help_text", "")),
                "schema": dict(rule_of(item).schema),
            }
            for name, item in self._filters(view).items()
        ]

    def _filters(self, view: "APIView") -> dict[str, django_filters.Filter]:
        found = getattr(view, "filterset_class", None)
        return dict(found.base_filters) if found else {}
