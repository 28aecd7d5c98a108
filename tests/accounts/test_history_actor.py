"""Who the field history names: the person of the request, on pages, on the API, side by side under ASGI."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from auditlog.models import LogEntry
from django.db import connections
from django.db.models.signals import pre_save
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.urls import include, path, reverse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.services.profiles import change_own_profile
from audit.models import Fact

pytestmark = pytest.mark.clause("QC8.5")
PEOPLE = 6


class ChangePosition(APIView):
    """A writing endpoint of the management API, as later floors have them."""

    def post(self, request: Request) -> Response:
        """Change one's own position."""
        actor = request._request.actor  # type: ignore[attr-defined]
        change_own_profile(actor=actor, phone="", position=dict(request.data)["position"])
        return Response({})


urlpatterns = [path("api/v1/position", ChangePosition.as_view()), path("", include("lgsp.urls"))]


@pytest.fixture
def before_history() -> Callable[[], AbstractContextManager[Any]]:
    """People are made with field history here."""
    return nullcontext


def latest_of(user: User) -> LogEntry:
    return LogEntry.objects.filter(content_type__model="user", object_id=user.pk).latest("id")


@pytest.mark.urls(__name__)
def test_the_api_names_the_person_of_the_session(agency: Any, person: Any, signed_in: Any) -> None:
    user = person("can-bo@so-a.example", agency("H60.91"), "agency_officer")
    answer = signed_in(user).post(
        "/api/v1/position", {"position": "Chuyên viên"}, content_type="application/json", REMOTE_ADDR="192.0.2.7"
    )
    assert answer.status_code == 200
    entry = latest_of(user)
    assert (entry.actor, entry.remote_addr, entry.cid) == (user, "192.0.2.7", answer["X-Request-Id"])
    assert Fact.objects.get(deed="profile.changed").request_id == entry.cid


@pytest.mark.urls(__name__)
def test_the_api_names_nobody_it_let_out(agency: Any, person: Any, signed_in: Any) -> None:
    user = person("can-bo@so-a.example", agency("H60.91"), "agency_officer")
    before = latest_of(user)
    answer = Client().post("/api/v1/position", {"position": "x"}, content_type="application/json")
    assert answer.status_code == 401
    assert latest_of(user) == before


@pytest.mark.django_db(transaction=True)
def test_under_asgi_requests_side_by_side_keep_their_own_names(
    transactional_db: None, agency: Any, person: Any, signed_in: Any
) -> None:
    people = [person(f"nguoi-{n}@so-a.example", agency("H60.91"), "agency_officer") for n in range(PEOPLE)]
    cookies = [signed_in(user).cookies for user in people]
    listeners = len(pre_save.receivers)

    async def change(number: int) -> HttpResponse:
        client = AsyncClient()
        client.cookies = cookies[number]
        form = {"phone": "", "position": f"Chức vụ {number}"}
        async with ThreadSensitiveContext():  # a thread of its own, as the ASGI server gives each request
            answer = await client.post(reverse("profile"), form)
            await sync_to_async(connections.close_all)()
        return answer

    async def all_at_once() -> list[HttpResponse]:
        return await asyncio.gather(*(change(number) for number in range(PEOPLE)))

    answers = asyncio.run(all_at_once())
    assert {answer.status_code for answer in answers} == {302}
    for number, user in enumerate(people):
        entry = latest_of(user)
        assert entry.changes == {"position": ["", f"Chức vụ {number}"]}
        assert (entry.actor, entry.cid) == (user, answers[number]["X-Request-Id"])
    assert len(pre_save.receivers) == listeners
