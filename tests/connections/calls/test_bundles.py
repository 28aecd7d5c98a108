"""Bundles at the door: who may have which, what is said when there is none, and the fact each leaves."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.evidence.question import Question
from audit.evidence.verify import check
from audit.models import Fact
from audit.selectors.call_pages import Wanted
from audit.services.bundles import make_bundle
from connections.models import Grant
from core.problems import PermissionRefused
from tests.audit.sealing.world import SIGNER
from tests.connections.call_log import log_calls
from tests.connections.calls.reading import LOG, WHY, text_of
from tests.connections.conftest import Chain, Desk
from tests.connections.sealed_here import seal_here

Person = Callable[..., User]
SignedIn = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC4.7", "QC8.5", "Q50-16.4")]
BUNDLE = f"{LOG}goi-bang-chung/"
WHY_TAKEN = "Quyết định kiểm tra số 12"


@pytest.fixture(autouse=True)
def _keys(settings: Any) -> None:
    settings.SEALING_PUBLIC_KEYS = [str(SIGNER.verifier)]


def taken(client: Client, query: str, folder: Path, **posted: str) -> list[str]:
    """The faults of the bundle *client* gets, and what lies in *folder* afterwards."""
    answer = client.post(f"{BUNDLE}?{query}", posted)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        archive.extractall(folder)
    return check(folder, None, None)[0]


def test_an_agency_takes_one_call_the_list_and_the_dossier(
    chain: Chain, grant: Grant, desk: Desk, tmp_path: Path
) -> None:
    calls = log_calls(grant, count=3)
    seal_here()
    client = desk("technician")
    assert f"{BUNDLE}?q={calls[0]}" in client.get(f"{WHY}{calls[0]}/").content.decode()
    assert BUNDLE in client.get(LOG).content.decode()
    for number, (query, count) in enumerate(
        ((f"q={calls[0]}", 1), ("outcome=ok", 3), (f"dossier={chain.request.pk}", 3))
    ):
        page = text_of(client.get(f"{BUNDLE}?{query}").content.decode())
        assert f"{count} yêu cầu và {count} kết quả" in page
        folder = tmp_path / str(number)
        assert taken(client, query, folder) == []
        assert (folder / "rows.jsonl").read_text(encoding="utf-8").count('"kind":"intent","leaf"') == count
    facts = Fact.objects.filter(deed="calllog.bundled").order_by("pk")
    assert [fact.subject_type for fact in facts] == [
        "audit.intent",
        "accounts.agency",
        "connections.connectionrequest",
    ]
    assert facts[0].after["call_id"] == str(calls[0])
    assert facts[0].after["checkpoint"] == 1
    assert facts[2].after["grants"] == [grant.code]


def test_the_pages_of_a_dossier_lead_to_its_bundle_for_those_who_may(chain: Chain, grant: Grant, desk: Desk) -> None:
    there = f"{BUNDLE}?dossier={chain.request.pk}"
    portal = reverse("request", args=[chain.request.pk])
    staff = reverse("admin:connections_connectionrequest_change", args=[chain.request.pk])
    offers = [("technician", portal, True), ("agency_officer", portal, False), ("operator", staff, True),
              ("evaluator", staff, False)]  # fmt: skip
    for role, page, offered in offers:
        answer = desk(role).get(page)
        assert answer.status_code == 200, (role, page)
        assert (there in answer.content.decode()) is offered, (role, page)


def test_the_answering_side_takes_it_too_and_nobody_else_finds_it(
    chain: Chain, grant: Grant, person: Person, signed_in: SignedIn, agency: Any, tmp_path: Path
) -> None:
    [call] = log_calls(grant)
    seal_here()
    provider = signed_in(person("cung-cap@lgsp.example", chain.provider, "technician"))
    assert taken(provider, f"q={call}", tmp_path / "goi") == []
    assert provider.get(f"{BUNDLE}?dossier={chain.request.pk}").status_code == 404
    stranger = signed_in(person("la@lgsp.example", agency("H60.55"), "technician"))
    for query in (f"q={call}", f"q={uuid4()}", f"dossier={chain.request.pk}", "dossier=x", "dossier=0"):
        assert stranger.get(f"{BUNDLE}?{query}").status_code == 404, query
        assert stranger.post(f"{BUNDLE}?{query}").status_code == 404, query
    assert "Không có cuộc gọi nào" in stranger.get(BUNDLE).content.decode()
    assert stranger.post(BUNDLE).status_code == 409
    assert not Fact.objects.filter(deed="calllog.bundled", actor_name__contains="la@").exists()
    assert Fact.objects.filter(deed="calllog.bundled").count() == 1


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("technician", 200),
        ("operator", 200),
        ("agency_officer", 403),
        ("agency_representative", 403),
        ("evaluator", 403),
        ("division_head", 403),
    ],
)
def test_the_role_decides(role: str, status: int, grant: Grant, desk: Desk) -> None:
    [call] = log_calls(grant)
    seal_here()
    assert desk(role).get(f"{BUNDLE}?q={call}").status_code == status
    if status == 403:
        assert desk(role).post(f"{BUNDLE}?q={call}").status_code == 403
        assert not Fact.objects.filter(deed="calllog.bundled").exists()


def test_a_watcher_says_why_and_sees_calls_nobody_proved(grant: Grant, desk: Desk, tmp_path: Path) -> None:
    log_calls(grant)
    [unproven] = log_calls(grant, verdict="X", status=401, reason="signature-invalid", side="consumer", key_id=0)
    seal_here()
    watcher, own = desk("operator"), desk("technician")
    assert own.get(f"{BUNDLE}?q={unproven}").status_code == 404
    refused = watcher.post(f"{BUNDLE}?q={unproven}", {"reason": " "})
    assert refused.status_code == 200
    assert "text/html" in refused["Content-Type"]
    assert not Fact.objects.filter(deed="calllog.bundled").exists()
    assert taken(watcher, f"q={unproven}", tmp_path / "mot", reason=WHY_TAKEN) == []
    assert taken(watcher, "", tmp_path / "moi", reason=WHY_TAKEN) == []
    facts = Fact.objects.filter(deed="calllog.bundled")
    assert {fact.reason for fact in facts} == {WHY_TAKEN}


def test_the_service_gives_an_agency_no_more_than_its_own(chain: Chain, grant: Grant) -> None:
    log_calls(grant)
    seal_here()
    own, others = chain.agency.pk, chain.agency.pk + 9000
    for question in (
        Question("Mọi cơ quan", Wanted()),
        Question("Cơ quan khác", Wanted(), bodies=(others,)),
        Question("Chưa chứng minh", Wanted(), bodies=(own,), proven=False),
    ):
        with pytest.raises(PermissionRefused):
            make_bundle(actor=chain.actors["technician"], question=question, subject=chain.agency)
    with pytest.raises(PermissionRefused):
        make_bundle(
            actor=chain.actors["agency_officer"],
            question=Question("Vai trò khác", Wanted(), bodies=(own,)),
            subject=chain.agency,
        )
    assert not Fact.objects.filter(deed="calllog.bundled").exists()


def test_what_is_not_sealed_or_too_much_is_said(grant: Grant, desk: Desk, settings: Any) -> None:
    [call] = log_calls(grant)
    client = desk("technician")
    page = client.get(f"{BUNDLE}?q={call}")
    assert page.status_code == 200
    assert "chưa niêm phong, thử lại sau vài giây" in page.content.decode()
    assert client.post(f"{BUNDLE}?q={call}").status_code == 409
    seal_here()
    settings.EVIDENCE_MAX_ROWS = 1
    assert "hơn 1 dòng nhật ký" in client.get(BUNDLE).content.decode()
    assert not Fact.objects.filter(deed="calllog.bundled").exists()


def test_a_wrong_filter_leads_back_to_the_log(grant: Grant, desk: Desk) -> None:
    answer = desk("technician").get(f"{BUNDLE}?since=31/31/2026")
    assert (answer.status_code, answer["Location"]) == (302, f"{LOG}?since=31%2F31%2F2026")
    far = UUID("ffffffff-ffff-7fff-bfff-ffffffffffff")
    assert desk("technician").get(f"{BUNDLE}?q={far}").status_code == 404
    assert desk("technician").get(f"{WHY}{far}/").status_code == 404


def test_the_page_asks_the_database_as_often_for_many_rows_as_for_few(
    grant: Grant, desk: Desk, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    log_calls(grant, count=40)
    seal_here()
    client = desk("technician")
    client.get(BUNDLE)
    with django_assert_max_num_queries(14):
        client.get(BUNDLE)
