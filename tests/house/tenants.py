"""Where the thing in an address belongs: one row for each kind of address, found by how the route begins (N29).

A row names the arguments of one thing that agency A owns. ``PUBLIC`` rows are for everybody, ``PERSONAL`` ones for one
person; all others are A's, its counterparts' and SKHCN's, and nobody else finds them.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver

Arguments = dict[str, Any]
Row = Callable[[Any], Arguments]

#: How a route begins -> arguments of a thing of agency A; the longest beginning that fits is taken.
OWN: dict[str, Row] = {
    "ket-noi/<int:pk>/": lambda world: {"pk": world.request.pk, "slug": "muc-dich", "code": world.service.code},
    "ket-noi/<int:pk>/tep/": lambda world: {"pk": world.draft.pk, "file": world.draft_file.pk},
    "ket-noi/<int:pk>/trao-doi/tep/": lambda world: {"pk": world.request.pk, "file": world.message_file.pk},
    "ket-noi/<int:pk>/phan/": lambda world: {"pk": world.draft.pk, "slug": "muc-dich"},
    "ket-noi/<int:pk>/dich-vu/": lambda world: {"pk": world.draft.pk, "code": world.service.code},
    "ket-noi/dang-mo/<int:pk>/": lambda world: {"pk": world.connection.pk, "side": "co-quan"},
    "ket-noi/van-ban/<int:pk>": lambda world: {"pk": world.signed.pk, "ending": "docx"},
    "he-thong/<str:code>/": lambda world: {"code": world.system.code, "name": "retire", "side": "owner"},
    "he-thong/<str:code>/dau-moi/<int:pk>/": lambda world: {"code": world.system.code, "pk": world.contact.pk},
    "he-thong/<str:code>/ho-so-cap-do/<int:pk>/": lambda world: {"code": world.system.code, "pk": world.dossier.pk},
    "dich-vu-cua-co-quan/<slug:code>/": lambda world: {
        "code": world.own.service.code,
        "name": world.own.name,
        "step": "ask",
        "operation": world.own.operations.get().code,
        "upstream": world.own.upstreams.first().pk,
        "description": world.own.descriptions.first().pk,
    },
    "tai-lieu/<int:pk>/": lambda world: {"pk": world.document.pk, "version": world.document.versions.get().pk},
    "ke-hoach-ket-noi/<int:pk>/": lambda world: {"pk": world.plan.pk},
    "sai-lech-du-lieu/<slug:code>/": lambda world: {"code": world.report.code},
    "gop-y/<slug:code>/": lambda world: {"code": world.feedback.code, "file": world.feedback.file.pk},
    "ho-tro/<slug:code>/": lambda world: {"code": world.help.code, "file": world.help_file.pk},
    "nhu-cau-du-lieu/<int:pk>/": lambda world: {"pk": world.wish.pk},
    "phien-ban-ngung/<slug:code>/<slug:name>/": lambda world: {
        "code": world.ending.service.code,
        "name": world.ending.name,
    },
    "tai-dich-vu/<slug:code>/": lambda world: {"code": world.asked.code},
    "nha-phat-trien/thu-nghiem/<str:code>/": lambda world: {
        "code": world.tried.code,
        "version": "v1",
        "operation": world.tried.operations[0],
    },
    "nha-phat-trien/goi-chinh-thuc/<str:code>/": lambda world: {
        "code": world.grant.code,
        "version": "v1",
        "operation": world.grant.operations[0],
    },
    "nha-phat-trien/khoa/<int:pk>/": lambda world: {"pk": world.key.pk},
    "nha-phat-trien/vi-sao/<uuid:call_id>/": lambda world: {"call_id": world.call},
    "nha-phat-trien/<str:code>/": lambda world: {"code": world.system.code},
    "quyen-khai-thac/de-nghi/<int:pk>/": lambda world: {"pk": world.access.pk, "code": world.asked.code},
    "quyen-khai-thac/<str:code>/": lambda world: {"code": world.grant.code, "name": "v1"},
    "api/v1/grants/<str:code>": lambda world: {"code": world.grant.code},
    "api/v1/systems/<str:code>": lambda world: {"code": world.system.code},
    "api/v1/data-error-reports/<str:code>": lambda world: {"code": world.report.code},
    "api/v1/access-requests/<int:pk>": lambda world: {"pk": world.access.pk},
    "api/v1/campaign-statements/<str:code>": lambda world: {"code": world.statement.code},
    "bao-cao-khai-thac/<slug:code>/": lambda world: {
        "code": world.statement.code,
        "file": world.statement_file.pk,
        "number": 1,
        "ending": "docx",
    },
    "su-co/<slug:code>/": lambda world: {"code": world.incident.code},
    "vi-pham/<slug:code>/": lambda world: {"code": world.violation.code},
    "van-ban-su-co/<int:pk>": lambda world: {"pk": world.record.pk, "ending": "docx"},
    "co-quan/nguoi-dung/vai-tro/<int:pk>/": lambda world: {"pk": world.membership.pk},
    "co-quan/nguoi-dung/loi-moi/<int:pk>/": lambda world: {"pk": world.invitation.pk},
    "canh-bao/<int:pk>/": lambda world: {"pk": world.alert.pk},
    "diem-nhan-tin/<int:pk>/": lambda world: {"pk": world.webhook.pk, "delivery": world.webhook.deliveries.get().pk},
    "thong-bao/<int:pk>/": lambda world: {"pk": world.notice.pk},
}
#: What everybody, or whoever holds the token in the address, may open.
PUBLIC = (
    "loi/",
    "nha-phat-trien/huong-dan/",
    "openapi/",
    "danh-ba/",
    "danh-muc/<slug:code>/",
    "wsdl/<slug:code>/",
    "quy-che/",
    "tieu-chuan/<int:pk>/",
    # Announced to every agency; names of people are each agency's own (tests/reports/test_training.py).
    "tap-huan/<slug:code>/",
    "trang-thai/",
    "huong-dan/<int:pk>/",
    "cau-truc-thong-diep/<int:pk>/",
    "xac-minh/",
    "xac-minh-bao-cao/",
    "loi-moi/<str:token>/",
    "quyen-khai-thac/de-nghi/them/<slug:code>/",
    "api/v1/agencies/",
    "api/v1/services/",
    "api/v1/standards/",
    "^dat-mat-khau/",
)
#: What only SKHCN and leadership open, whichever agency somebody is of: their rows are in ``addresses``.
OFFICE = (
    "api/v1/campaigns/<str:code>",
    "api/v1/reports/<str:code>",
    "bao-cao/<str:code>/",
    "co-quan/vai-tro/<int:pk>/",
    "dieu-hanh/chi-tieu/<slug:code>/",
    "kinh-phi/",
    "ra-soat/",
)


def walk(patterns: list[Any], prefix: str = "", route: str = "") -> Iterator[tuple[str, str, frozenset[str]]]:
    """Give name, route and argument names of every address that names a thing, below *patterns*."""
    for item in patterns:
        if isinstance(item, URLResolver):
            yield from walk(
                item.url_patterns,
                f"{prefix}{item.namespace}:" if item.namespace else prefix,
                route + str(item.pattern),
            )
        elif isinstance(item, URLPattern):
            whole = route + str(item.pattern)
            if "<" in whole:
                yield f"{prefix}{item.name}", whole, frozenset(item.pattern.converters) | _named(item)


def _named(item: URLPattern) -> frozenset[str]:
    regex = getattr(item.pattern, "regex", None)
    return frozenset(regex.groupindex) if regex is not None else frozenset()


def row_of(route: str) -> Row | None:
    """Return the row of a route, the one with the longest beginning; None: nobody wrote one."""
    fitting = [beginning for beginning in OWN if route.startswith(beginning)]
    return OWN[max(fitting, key=len)] if fitting else None


def unplaced(found: Iterator[tuple[str, str, frozenset[str]]]) -> list[str]:
    """Return the addresses of things that have no row."""
    return sorted(
        f"{name} ({route})"
        for name, route, _arguments in found
        if not name.startswith("admin:") and not route.startswith((*PUBLIC, *OFFICE)) and row_of(route) is None
    )
