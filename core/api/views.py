"""The views every address of the management API is built on."""

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar, cast

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework import exceptions, generics
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.filters import StrictFilterBackend
from core.api.pages import Pages
from core.api.rules import Rule, judge
from core.problems import PROBLEMS
from core.web.errors import problem_json

Row = TypeVar("Row", bound=Model)


class PortalView(APIView):
    """An address of the API: refuses what it does not take, lets caches check what it gave.

    ``personal`` answers are never stored; others carry a strong ETag and answer 304 (RFC 9110, 13).
    """

    personal = False
    #: Rights of which the caller needs one; none: every person with a role. What of it is seen, querysets decide.
    wanted: ClassVar[tuple[str, ...]] = ()
    #: Parameters of the query besides filters and pages.
    rules: ClassVar[Mapping[str, Rule]] = {}

    def query_rules(self) -> Mapping[str, Rule]:
        """Return the rule of every parameter this address takes."""
        return self.rules

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse method, caller and parameters in this order."""
        if not hasattr(self, str(request.method).lower()) or str(request.method).lower() not in self.http_method_names:
            raise exceptions.MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)
        judge(request._request.GET, self.query_rules())

    def get_permissions(self) -> Any:
        """Tell everybody which methods there are."""
        return [] if self.request.method == "OPTIONS" else super().get_permissions()

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Answer with the methods this address takes, in the Allow header."""
        return Response(status=204)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say what caches may keep, and answer 304 or 412 where the caller names a version."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code == 200 and isinstance(response, Response):
            response["Cache-Control"] = "no-store" if self.personal else "private, no-cache"
            patch_vary_headers(response, ["Cookie"])
            if not self.personal:
                response.add_post_render_callback(lambda given: versioned(request._request, given))
        return response


class ListView(PortalView, generics.ListAPIView[Row]):
    """A list in pages, filtered by ``filterset_class``."""

    def query_rules(self) -> Mapping[str, Rule]:
        """Return the rules of filters and pages."""
        pages, filters = cast("Pages", self.paginator), StrictFilterBackend()
        return {**self.rules, **filters.rules(self), **pages.rules()}


class WritableListView(ListView[Row]):
    """A list one thing may be added to by POST; the deed behind it decides who may."""

    def query_rules(self) -> Mapping[str, Rule]:
        """Return the rules of the list; whoever adds gives no parameters."""
        return super().query_rules() if self.request.method in SAFE_METHODS else {}

    def made(self, thing: Row, address: str) -> Response:
        """Answer 201 with *thing* as the list shows it, and with where it is."""
        response = Response(self.get_serializer(thing).data, status=201, headers={"Location": address})
        response["Cache-Control"] = "no-store"
        return response


class DetailView(PortalView, generics.RetrieveAPIView[Row]):
    """One thing, found by the last part of its address."""

    filter_backends = ()


def versioned(request: HttpRequest, response: Any) -> HttpResponse:
    """Give *response* its strong ETag; return 304 or 412 in its place where the request's conditions say so."""
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    if answer is not None and answer.status_code == 412:
        return problem_json(request, PROBLEMS["precondition-failed"], headers={"ETag": response["ETag"]})
    found: HttpResponse = answer if answer is not None else response
    return found
