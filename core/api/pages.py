"""Pages of lists: cursors that hold their place while rows come and go."""

import hashlib
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Model, Q
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.rules import OneOf, ParametersRefused, Refusal, Rule, Said, Whole, Words

if TYPE_CHECKING:
    from rest_framework.views import APIView

_DEFAULT, _MOST, _LONGEST_CURSOR = 50, 200, 2000
_BAD_CURSOR = Said(
    "dùng nguyên giá trị next_cursor của trang trước, cùng địa chỉ và cùng các tham số lọc",
    "use next_cursor of the previous page as it is, with the same address and filters",
)
_DESCRIPTIONS = {
    "limit": "Số kết quả tối đa của một trang.",
    "cursor": "Con trỏ mà trang trước trả về; bỏ trống để lấy trang đầu.",
    "sort": "Thứ tự sắp xếp; dấu trừ đứng trước là thứ tự ngược lại.",
}


class Pages(BasePagination):
    """Pages by ``limit`` (1–200), ``cursor`` and ``sort``; answers ``{data, next_cursor}`` and Link (RFC 8288).

    A cursor is the sorted fields of the last row given, signed for this list: neither rows added meanwhile nor ties
    move a page, and a cursor of another list is refused.
    """

    #: Word of ``sort`` -> columns, not null, the last one unique. The first word is the default.
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {"id": ("id",)}

    def rules(self) -> dict[str, Rule]:
        """Return the rule of each parameter of pages."""
        words = [word for name in self.sorts for word in (name, f"-{name}")]
        return {
            "limit": Whole(1, _MOST, default=_DEFAULT),
            "cursor": Words(_LONGEST_CURSOR),
            "sort": OneOf(*words, default=words[0]),
        }

    def paginate_queryset(self, queryset: Any, request: Request, view: "APIView | None" = None) -> list[Any]:
        """Return the rows of the page that was asked for; raises ParametersRefused for a cursor not of this list."""
        query = request.query_params
        self.request, limit = request, int(query.get("limit", _DEFAULT))
        sort = query.get("sort") or next(iter(self.sorts))
        self.columns, self.backwards = self.sorts[sort.removeprefix("-")], sort.startswith("-")
        rows = queryset.order_by(*(f"-{name}" if self.backwards else name for name in self.columns))
        if "cursor" in query:
            rows = rows.filter(self._beyond(self._place(query["cursor"], len(self.columns))))
        found = list(rows[: limit + 1])
        page = found[:limit]
        self.next_cursor = self._cursor(page[-1]) if len(found) > limit else None
        return page

    def get_paginated_response(self, data: Any) -> Response:
        """Return one page; the next one is named by a reference without host, right behind any proxy."""
        response = Response({"data": data, "next_cursor": self.next_cursor})
        if self.next_cursor:
            query = self.request.query_params.dict() | {"cursor": self.next_cursor}
            response["Link"] = f'<{self.request.path}?{urlencode(query)}>; rel="next"'
        return response

    def _signer(self) -> signing.Signer:
        kept = {name: value for name, value in self.request.query_params.items() if name not in ("limit", "cursor")}
        of_list = hashlib.sha256(f"{self.request.path}?{urlencode(sorted(kept.items()))}".encode()).hexdigest()
        return signing.Signer(salt=f"cursor:{of_list}")

    def _cursor(self, row: Model) -> str:
        fields = [row._meta.get_field(name) for name in self.columns]
        return self._signer().sign_object([field.value_to_string(row) for field in fields])  # type: ignore[union-attr]

    def _place(self, cursor: str, length: int) -> list[str]:
        try:
            place: list[str] = self._signer().unsign_object(cursor)
        except (signing.BadSignature, ValueError):
            place = []
        if len(place) != length:
            raise ParametersRefused([Refusal("cursor", "invalid-cursor", _BAD_CURSOR)])
        return place

    def _beyond(self, place: list[str]) -> Q:
        """Return the condition of the rows after *place*; the first term lets an index find where to begin."""
        step = "lt" if self.backwards else "gt"
        beyond = Q()
        for index, name in enumerate(self.columns):
            before = dict(zip(self.columns[:index], place, strict=False))
            beyond |= Q(**before, **{f"{name}__{step}": place[index]})
        return Q(**{f"{self.columns[0]}__{step}e": place[0]}) & beyond

    def described(self) -> list[dict[str, Any]]:
        """Return the parameters of pages as OpenAPI describes them."""
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": _DESCRIPTIONS[name],
                "schema": dict(rule.schema),
            }
            for name, rule in self.rules().items()
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe one page."""
        properties = {
            "data": schema,
            "next_cursor": {
                "type": ["string", "null"],
                "description": "Con trỏ tới trang sau; trống khi đã hết.",
                "example": None,
            },
        }
        return {"type": "object", "required": ["data", "next_cursor"], "properties": properties}
