"""Which pages are used: noted after each answer, without a query and without who (coverage page)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from reports.services.last_use import note_page


class LastUseMiddleware:
    """Note the name of the address that answered well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.resolver_match is not None and response.status_code < 400:
            note_page(name=request.resolver_match.view_name)
        return response
