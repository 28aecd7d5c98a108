"""Connections, grants, requests for use and keys over the management API: by right, without secrets (N29, N32)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agency, User
from connections.models import Credential, Grant
from connections.services.holds import place_hold
from tests.connections.asking import Asking
from tests.connections.proving import take_key

pytestmark = pytest.mark.clause("QC4.6", "QC11.3")
SignedIn = Callable[[User], Client]
LISTS = ("connections", "keys", "grants", "access-requests")


def test_each_side_reads_what_is_its_own(asking: Asking, signed_in: SignedIn) -> None:
    chain = asking.chain
    grants = asking.decided()
    take_key(actor=chain.actors["technician"], system=chain.system, environment="live")
    place_hold(actor=chain.actors["operator"], connection=chain.connection(), side="operator", reason="Sự cố")
    own = signed_in(chain.users["agency_officer"])
    shown = {row["code"]: row for row in own.get("/api/v1/grants").json()["data"]}
    assert len(shown) == 4
    live = shown[grants[0].code]
    assert (live["system"], live["service"], live["daily_quota"]) == (chain.system.code, "land-parcels", 500)
    assert own.get(f"/api/v1/grants/{live['code']}").json() == live
    request = own.get("/api/v1/access-requests").json()["data"][0]
    assert (request["state"], request["lines"][0]["outcome"]) == ("decided", "approved")
    held = own.get("/api/v1/connections").json()["data"][0]
    assert [hold["side"] for hold in held["holds"]] == ["operator"]
    advisor = signed_in(asking.advising)
    assert {row["service"] for row in advisor.get("/api/v1/grants").json()["data"]} == {"land-parcels"}
    assert advisor.get("/api/v1/keys").status_code == 403


def test_a_proposal_is_not_told_before_it_is_decided(asking: Asking, signed_in: SignedIn) -> None:
    asking.proposed(outcome="refused", reason="Ngoài chức năng", legal_basis="Khoản 6 Điều 4")
    page = signed_in(asking.chain.users["agency_officer"]).get("/api/v1/access-requests").content.decode()
    assert "Ngoài chức năng" not in page


def test_another_agency_finds_nothing(
    asking: Asking, agency: Callable[..., Agency], person: Callable[..., User], signed_in: SignedIn
) -> None:
    found = asking.sent()
    take_key(actor=asking.chain.actors["technician"], system=asking.chain.system, environment="live")
    roles = ("agency_officer", "technician", "provider_officer")
    other = signed_in(person("nguoi-khac@lgsp.example", agency("H60.11"), *roles))
    for name in LISTS:
        assert other.get(f"/api/v1/{name}").json() == {"data": [], "next_cursor": None}, name
    code = Grant.objects.first().code  # type: ignore[union-attr]
    assert other.get(f"/api/v1/grants/{code}").status_code == 404
    assert other.get(f"/api/v1/access-requests/{found.pk}").status_code == 404


@pytest.mark.clause("QC8.4")
def test_no_list_tells_a_secret(asking: Asking, signed_in: SignedIn) -> None:
    chain = asking.chain
    made = take_key(actor=chain.actors["technician"], system=chain.system, environment="live")
    sealed = Credential.objects.get().sealed_secret
    for role in ("technician", "operator"):
        client = signed_in(chain.users[role])
        for name in LISTS:
            page = client.get(f"/api/v1/{name}").content.decode()
            assert made.secret not in page
            assert sealed not in page
            assert Credential.objects.get().challenge not in page


def test_lists_cost_the_same_whatever_their_length(
    asking: Asking, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    asking.decided()
    client = signed_in(asking.chain.users["agency_officer"])
    for name in LISTS:
        with django_assert_max_num_queries(9):
            assert client.get(f"/api/v1/{name}").status_code == 200


def test_parameters_pages_and_versions(asking: Asking, signed_in: SignedIn) -> None:
    client = signed_in(asking.chain.users["agency_officer"])
    first = client.get("/api/v1/grants", {"limit": 1}).json()
    second = client.get("/api/v1/grants", {"limit": 1, "cursor": first["next_cursor"]}).json()
    assert first["data"] != second["data"]
    assert client.get("/api/v1/grants", {"environment": "moon"}).status_code == 400
    assert client.get("/api/v1/grants", {"x": "1"}).json()["errors"][0]["code"] == "unknown-parameter"
    for words, count in (("mot cua", 2), ("Một cửa", 2), ("khong co", 0)):
        assert len(client.get("/api/v1/grants", {"q": words}).json()["data"]) == count
    assert len(client.get("/api/v1/grants", {"in_force": "false"}).json()["data"]) == 0
    answer = client.get("/api/v1/grants")
    assert client.get("/api/v1/grants", headers={"If-None-Match": answer["ETag"]}).status_code == 304
