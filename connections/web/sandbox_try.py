"""Try it: one operation, sent through our own origin with the system's sandbox key (ux.md C3)."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.web.access import needs
from catalog.models import ApiDescription, Operation
from catalog.openapi import Refused, read
from catalog.openapi.exchanges import Exchange, exchange_by_soap, exchange_of
from catalog.selectors.sandbox import Answerer, answerer_of, demanded_in
from catalog.soap import soap_of
from connections.models import Credential, Grant
from connections.models.grants import GrantQuerySet
from connections.selectors.sandbox import operations_of, sandbox_grants
from connections.services.keys import MANAGE_OWN
from connections.services.trying import Tried, try_operation
from connections.snippets import Snippet, snippets_for
from connections.web.sandbox_forms import TryForm
from core.forms import show_refusal
from core.problems import DomainError

# What says nothing to a developer, or is the transport's own.
QUIET = frozenset({"connection", "date", "server", "transfer-encoding"})


@require_http_methods(["GET", "POST"])
@never_cache
@needs(MANAGE_OWN)
def try_it(request: Any, code: str, version: str, operation: str) -> HttpResponse:
    """Ask for the values of one operation, send it, show what came back."""
    grant, found = granted_operation(sandbox_grants(request.actor), code, version, operation)
    demanded = demanded_in(found.version, grant.environment)
    form = TryForm(found, told_of(found), request.POST if request.method == "POST" else None, demanded=demanded)
    tried = None
    if form.is_bound and form.is_valid():
        try:
            tried = try_operation(actor=request.actor, grant=grant, operation=found, wish=form.wish())
        except DomainError as refusal:
            show_refusal(form, refusal)
    context = {
        "grant": grant,
        "operation": found,
        "form": form,
        "from_examples": answerer_of(found.version) == Answerer.EXAMPLES,
        **(shown(tried, grant, found) if tried else {}),
    }
    return render(request, "sandbox/try.html", context)


def granted_operation(grants: GrantQuerySet, code: str, version: str, operation: str) -> tuple[Grant, Operation]:
    """Return the grant *code* among *grants*, and its operation. Raises Http404 where it has none of that name."""
    grant = get_object_or_404(grants, code=code)
    found = get_object_or_404(operations_of([grant.service_id]), version__name=version, code=operation)
    if operation not in grant.operations:
        raise Http404
    return grant, found


def told_of(operation: Operation) -> Exchange:
    if operation.soap_version:
        return exchange_by_soap(soap_of(operation))
    applied = ApiDescription.objects.filter(version=operation.version_id, applied_at__isnull=False)
    pk = applied.order_by("-applied_at").values_list("pk", flat=True).first()
    return _exchange(pk, operation.method, operation.template) if pk else Exchange()


@lru_cache(maxsize=256)
def _exchange(description: int, method: str, template: str) -> Exchange:
    """Read a description once for each operation: what was applied never changes."""
    try:
        document = read(bytes(ApiDescription.objects.get(pk=description).content))
    except Refused:
        return Exchange()
    return exchange_of(document, method, template)


def snippets_of(
    grant: Grant, key: Credential, operation: Operation, path: str, body: str, named: Mapping[str, str]
) -> list[Snippet]:
    """Return one call written out in every language; *path* stands behind service and version.

    *named* are procedure and officer where the call names them.
    """
    return snippets_for(
        host=settings.PUBLIC_URL,
        access_key=key.access_key,
        grant=grant.code,
        purpose=grant.purpose.code,
        service=operation.version.service.code,
        version=operation.version.name,
        method=operation.method,
        path=path,
        body=body,
        **named,
    )


def shown(tried: Tried, grant: Grant, operation: Operation) -> dict[str, Any]:
    headers = [(name, value) for name, value in tried.answer.headers if name.lower() not in QUIET]
    return {
        "tried": tried,
        "answer": tried.answer,
        "headers": headers,
        "body": _body(tried),
        "snippets": snippets_of(grant, tried.key, operation, tried.path, tried.body, tried.named),
    }


def _body(tried: Tried) -> str:
    """Return the beginning of the answer as text, JSON set out; the template escapes it."""
    content = tried.answer.content
    if tried.answer.size == len(content):
        try:
            return json.dumps(json.loads(content), ensure_ascii=False, indent=2)
        except ValueError:
            pass
    return content.decode("utf-8", errors="replace")
