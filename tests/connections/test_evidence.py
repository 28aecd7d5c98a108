"""What machines find for an evaluation: asked on demand, kept with time and result (QC9.3, QC9.4, QC9.8)."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.management import call_command

from catalog.models import MessageProfile
from connections.choices import AttachmentKind, Mark, Probe
from connections.models import ConnectionRequest, EvidenceRun, MessageSample
from connections.services import approval, attachments, conformance, drafts, evaluation, evidence, intake, sending
from core import clock
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.desk import at, working
from tests.connections.refusing import refused
from tests.connections.test_evaluation import CITIZEN
from tests.core.test_inspector import GOOD


class Pages(BaseHTTPRequestHandler):
    """A small host: a description, a fault, an answer."""

    def do_GET(self) -> None:
        body = GOOD.encode() if self.path == "/openapi.yaml" else b"{}"
        self.send_response({"/broken": 503, "/missing.yaml": 404}.get(self.path, 200))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def host() -> Iterator[str]:
    """Serve the pages and return where."""
    server = HTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def probe(chain: Chain, kind: str, **given: str) -> EvidenceRun:
    return evidence.run_probe(actor=chain.actors["evaluator"], request=chain.request, probe=kind, **given)


@pytest.mark.clause("QC9.3", "QC9.4")
def test_an_address_is_asked_and_what_it_answers_is_kept(chain: Chain, host: str) -> None:
    chain.receive()
    good = probe(chain, Probe.ADDRESS, target=host)
    assert good.passed
    assert good.summary.startswith("Trả lời mã 200 sau")
    assert not probe(chain, Probe.ADDRESS, target=f"{host}/broken").passed
    gone = probe(chain, Probe.ADDRESS, target="http://127.0.0.1:9")
    assert (gone.passed, gone.summary) == (False, "Không truy cập được: không kết nối được")
    plain = probe(chain, Probe.CERTIFICATE, target=host)
    assert (plain.passed, "không dùng https" in plain.summary) == (False, True)
    assert {run.run_by for run in EvidenceRun.objects.all()} == {chain.users["evaluator"]}


@pytest.mark.clause("QC9.3")
def test_a_description_is_fetched_or_pasted_and_judged(chain: Chain, host: str) -> None:
    chain.receive()
    assert probe(chain, Probe.DESCRIPTION, target=f"{host}/openapi.yaml").passed
    pasted = probe(chain, Probe.DESCRIPTION, text=GOOD.replace("operationId: one", "summary: one"))
    assert (pasted.passed, pasted.summary) == (False, "Còn 1 điểm cần sửa trong mô tả OpenAPI")
    assert pasted.details[0]["pointer"] == "/paths/~1communes~1{code}/get"
    missing = probe(chain, Probe.DESCRIPTION, target=f"{host}/missing.yaml")
    assert (missing.passed, missing.summary) == (False, "Không đọc được mô tả: trả lời mã 404")


@pytest.mark.parametrize(
    "target",
    [
        "",
        "khong phai dia chi",
        "ftp://a.example",
        "http://169.254.169.254",
        "http://127.0.0.1:5432/x?y=1",
        "http://[::1",
    ],
)
def test_an_address_the_platform_never_calls_is_refused_and_nothing_is_asked(chain: Chain, target: str) -> None:
    chain.receive()
    error = refused(InvalidInput, lambda: probe(chain, Probe.ADDRESS, target=target))
    assert list(error.errors) == ["target"]
    assert not EvidenceRun.objects.exists()


def test_only_its_evaluator_asks_and_only_while_evaluating(chain: Chain) -> None:
    chain.receive()
    for role in ("division_head", "intake_officer", "agency_officer"):
        refused(
            PermissionRefused,
            lambda role=role: evidence.run_probe(
                actor=chain.actors[role], request=chain.request, probe=Probe.ADDRESS, target="http://127.0.0.1:9"
            ),
        )
    chain.mark_all()
    approval.propose(actor=chain.actors["division_head"], request=chain.request)
    chain.request = chain.fresh()
    refused(StateRefused, lambda: probe(chain, Probe.ADDRESS, target="http://127.0.0.1:9"))


def test_the_page_runs_shows_and_keeps_what_was_typed(chain: Chain, desk: Desk, host: str) -> None:
    chain.receive()
    evaluator = desk("evaluator")
    fields = {"do": "address", "target": host, "result-network": "pass", "remark-network": "Đã gọi hỏi"}
    answer = evaluator.post(at(chain, "evaluate"), fields, follow=True)
    text = answer.content.decode()
    assert answer.redirect_chain[0][0].endswith("#kiem-tra-tu-dong")
    assert "Trả lời mã 200 sau" in text
    assert f'value="{host}"' in text
    assert chain.request.evaluations.get().marks.get(criterion__code="network").remark == "Đã gọi hỏi"
    rows = [row for _group, members in answer.context["groups"] for row in members]
    served = {row.mark.criterion.code for row in rows for code, look in row.looks if look and code == "address"}
    assert served == {"stability", "network"}
    bad = evaluator.post(at(chain, "evaluate"), {**fields, "target": "http://169.254.169.254"})
    assert bad.status_code == 422
    assert "không được phép gọi" in bad.content.decode()
    assert 'value="http://169.254.169.254"' in bad.content.decode()
    assert EvidenceRun.objects.count() == 2
    assert "Địa chỉ truy cập được" in desk("department_leader").get(working(chain)).content.decode()


# -- the national branch ---------------------------------------------------------------------------


@pytest.fixture
def national(chain: Chain) -> Chain:
    """A dossier with a national database, in evaluation, one sample attached by the agency."""
    call_command("load_profiles", verbosity=0)
    chain.draft()
    officer = chain.actors["agency_officer"]
    scope = {"personal_data": True, "state_secret": False, "national_database": True}
    drafts.save_part(actor=officer, request=chain.request, part="scope", **scope)
    technical: dict[str, Any] = {"networks": ["10.0.0.1"], "daily_calls": 5, "peak_per_second": 1}
    drafts.save_part(actor=officer, request=chain.request, part="technical", **technical, message_standard="Quy chuẩn")
    sent = sending.submit(actor=chain.actors["agency_representative"], request=chain.request, committed=True)
    chain.request = intake.receive(
        actor=chain.actors["intake_officer"], request=sent, evaluator=chain.users["evaluator"]
    )
    return chain


def run(chain: Chain) -> EvidenceRun:
    return conformance.run_messages(
        actor=chain.actors["evaluator"], request=chain.request, profile=MessageProfile.objects.get()
    )


def add(chain: Chain, name: str, message: Any) -> MessageSample:
    return conformance.add_sample(
        actor=chain.actors["evaluator"], request=chain.request, name=name, text=json.dumps(message)
    )


@pytest.mark.clause("QC4.9", "QC9.8", "QC10.2")
def test_the_national_criterion_passes_only_after_every_sample_conforms(national: Chain, desk: Desk) -> None:
    evaluator = national.actors["evaluator"]
    passing = {"message-structure": (Mark.PASS, "", "")}
    refused(GuardRefused, lambda: run(national))  # no sample yet
    wrong = add(national, "Sai số định danh", {**CITIZEN, "congDan": {**CITIZEN["congDan"], "soDinhDanh": "1"}})
    add(national, "Đúng", CITIZEN)
    failed = run(national)
    assert (failed.passed, failed.summary) == (False, "1 trong 2 mẫu chưa đúng cấu trúc")
    faults = [line for line in failed.details if not line["ok"]]
    assert [(line["pointer"], "không theo mẫu" in line["text"]) for line in faults] == [("/congDan/soDinhDanh", True)]
    refused(InvalidInput, lambda: evaluation.mark(actor=evaluator, request=national.request, marks=passing))
    conformance.remove_sample(actor=evaluator, sample=wrong)
    refused(InvalidInput, lambda: evaluation.mark(actor=evaluator, request=national.request, marks=passing))
    assert run(national).passed
    evaluation.mark(actor=evaluator, request=national.request, marks=passing)
    page = desk("evaluator").get(at(national, "evaluate")).content.decode()
    assert "1 mẫu đều đúng cấu trúc" in page
    assert "chỉ là minh họa" in page
    rest = {mark.criterion.code: (Mark.PASS, "", "") for mark in _open(national)}
    evaluation.mark(actor=evaluator, request=national.request, marks=rest)
    add(national, "Thêm sau", {"maThongDiep": "x"})  # a new sample: the run no longer covers everything
    refused(GuardRefused, lambda: approval.propose(actor=national.actors["division_head"], request=national.request))
    run(national)
    refused(GuardRefused, lambda: approval.propose(actor=national.actors["division_head"], request=national.request))


def _open(chain: Chain) -> Any:
    return chain.request.evaluations.get().marks.filter(result="").select_related("criterion")


@pytest.mark.clause("QC9.8")
def test_samples_the_agency_attached_are_run_too(national: Chain, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    file = attachments.Attachment(
        request=national.request,
        kind=AttachmentKind.MESSAGE_SAMPLE,
        added_by=national.users["agency_officer"],
        **attachments.stored_fields(
            attachments.check_upload(_Given("mau.json", json.dumps(CITIZEN).encode()), taken=attachments.MESSAGES)
        ),
    )
    file.save()
    done = run(national)
    assert (done.passed, done.samples) == (True, [f"file:{file.pk}"])


class _Given:
    """A file as a form hands it over."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name, self.content, self.size = name, content, len(content)

    def read(self) -> bytes:
        return self.content


@pytest.mark.parametrize(
    ("name", "text", "field"),
    [
        ("", "{}", "sample_name"),
        ("x" * 201, "{}", "sample_name"),
        ("Mẫu", " ", "sample_text"),
        ("Mẫu", '"' + "a" * 262_144 + '"', "sample_text"),
        ("Mẫu", '"\0"', "sample_text"),
    ],
    ids=["no-name", "long-name", "empty", "too-heavy", "nul"],
)
def test_a_sample_that_is_none_is_refused(national: Chain, name: str, text: str, field: str) -> None:
    evaluator = national.actors["evaluator"]
    error = refused(
        InvalidInput,
        lambda: conformance.add_sample(actor=evaluator, request=national.request, name=name, text=text),
    )
    assert list(error.errors) == [field]


def test_the_same_name_twice_and_a_structure_no_longer_in_force_are_refused(national: Chain) -> None:
    add(national, "Mẫu 1", CITIZEN)
    refused(InvalidInput, lambda: add(national, "Mẫu 1", CITIZEN))
    profile = MessageProfile.objects.get()
    profile.valid_to = profile.valid_from
    profile.save()
    assert profile.valid_from < clock.today()
    refused(InvalidInput, lambda: run(national))


def test_a_message_that_is_no_json_is_a_finding_of_its_sample(national: Chain, desk: Desk) -> None:
    fields = {"do": "add_sample", "sample_name": "Hỏng", "sample_text": "{"}
    desk("evaluator").post(at(national, "evaluate"), fields)
    answer = desk("evaluator").post(
        at(national, "evaluate"), {"do": "run_messages", "profile": MessageProfile.objects.get().pk}, follow=True
    )
    assert "Mẫu «Hỏng»: Nội dung không phải JSON đúng cú pháp, dòng 1" in answer.content.decode()
    sample = ConnectionRequest.objects.get(pk=national.request.pk).samples.get()
    desk("evaluator").post(at(national, "evaluate"), {"do": f"drop:{sample.pk}"})
    sample.refresh_from_db()
    assert sample.removed_at is not None
