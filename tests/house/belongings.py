"""What one agency owns, one thing of every kind, for the tests of who finds it (``tests.house.tenants``)."""

from collections.abc import Callable
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Agency, Invitation, Membership, Notice, User
from accounts.services.invitations import invite
from audit.selectors.calls import recent_calls
from catalog.models import ServiceVersion, TechnicalDocument
from catalog.services.data_errors import file_error
from catalog.services.descriptions import hand_in
from catalog.services.readiness import enter_plan
from catalog.services.system_people import keep_dossier, name_contact
from catalog.services.versions import publish_version
from catalog.services.wishes import send_wish
from connections.models import Attachment, Connection, ConnectionRequest, Credential, Grant, MessageFile, Printout
from connections.services.attachments import attach
from connections.services.drafts import begin_request
from connections.services.paper_numbers import register
from connections.services.thread import post_message
from core import clock
from core.actor import Actor
from core.files.uploads import check_upload
from incidents.models import Alert, AlertRule, HelpFile, HelpRequest, RegisterPaper, Violation, Webhook
from incidents.selectors.detection.findings import found
from incidents.services.alerts import raise_alerts
from incidents.services.help import ask_help
from incidents.services.incident_reports import report_incident
from incidents.services.register_papers import issue_record, register_paper
from incidents.services.violation_opening import open_violation
from incidents.services.violation_steps import ask_to_explain
from incidents.services.webhooks import add_webhook, send_test
from reports.models import Feedback
from reports.services.feedback import file_feedback
from tests.catalog.conftest import JOB
from tests.catalog.openapi_samples import as_bytes, sound
from tests.catalog.test_wishes import SAID
from tests.connections.asking import Asking
from tests.connections.call_log import log_calls
from tests.connections.proving import take_key
from tests.core.file_makers import pdf_bytes
from tests.incidents.test_alerts import RULE, finding
from tests.reports.campaigning import stated


@pytest.fixture
def world(
    asking: Asking,
    draft: Callable[..., ServiceVersion],
    document: Callable[..., TechnicalDocument],
    person: Callable[..., User],
) -> SimpleNamespace:
    """One thing of every kind, all of agency A (the chain's) or waiting for its answer."""
    chain = asking.chain
    person("cung-cap.snnmt@lgsp.example", chain.agency, "provider_officer")
    version = draft(code="own-plots", provider=chain.agency.code)
    hand_in(actor=JOB, version=version, file=SimpleUploadedFile("own.json", as_bytes(sound())))
    report = file_error(actor=asking.officer, service=chain.service, wrong="Tên xã cũ sau sắp xếp")
    access = asking.sent()
    filed = begin_request(actor=asking.officer)
    violation = _violation(asking)
    take_key(actor=chain.actors["technician"], system=chain.system, environment="live")
    statement = stated(chain.agency, asking.officer, chain.actors["agency_representative"])
    return SimpleNamespace(
        statement=statement,
        statement_file=statement.files.get(),
        request=chain.fresh(),
        draft=filed,
        draft_file=_attached(asking, filed),
        own=version,
        ending=publish_version(actor=JOB, version=draft(code="own-ending", provider=chain.agency.code)),
        contact=name_contact(
            actor=asking.officer,
            system=chain.system,
            side="owner",
            person=chain.users["technician"],
            duty="Vận hành phần mềm",
        ),
        dossier=keep_dossier(
            actor=asking.officer, system=chain.system, file=SimpleUploadedFile("cap-do.pdf", pdf_bytes())
        ),
        document=document(level="restricted", service=version.service),
        plan=enter_plan(actor=JOB, agency=chain.agency, name="Hộ tịch điện tử", basis="Kế hoạch của tỉnh"),
        report=report,
        incident=report_incident(actor=asking.officer, service=chain.service, impact="degraded", text="Chậm từ sáng"),
        violation=violation,
        record=_record(asking, violation),
        wish=send_wish(actor=asking.officer, **SAID),
        message_file=_posted(asking),
        help=_helped(asking),
        feedback=_filed(asking),
        help_file=HelpFile.objects.get(),
        signed=_signed(asking),
        connection=Connection.objects.get(),
        printout=Printout.objects.filter(issuer=chain.agency).first(),
        system=chain.system,
        service=chain.service,
        asked=asking.service,
        key=Credential.objects.first(),
        access=access,
        grant=Grant.objects.get(environment="live"),
        tried=Grant.objects.open().filter(environment="sandbox").first(),
        call=_called(Grant.objects.get(environment="live")),
        membership=Membership.objects.filter(agency=chain.agency).first(),
        invitation=_invitation(asking),
        alert=_alert(chain.agency),
        webhook=_webhook(chain.actors["technician"]),
        notice=Notice.objects.filter(recipient=chain.users["agency_representative"]).first(),
    )


def _alert(agency: Agency) -> Alert:
    """An alert A is told of."""
    rule = AlertRule.objects.create(**{**RULE, "tells_consumer": True})
    (alert,) = raise_alerts(rule=rule, found=found([finding(agency_id=agency.pk)]))
    return alert


def _webhook(technician: Actor) -> Webhook:
    made = add_webhook(actor=technician, name="Giám sát", url="https://nhan.example/canh-bao", floor="info").webhook
    send_test(actor=technician, webhook=made)
    return made


def _called(grant: Grant) -> UUID:
    """A call of A under its own grant."""
    log_calls(grant)
    return recent_calls(agency_id=grant.system.owner_id, limit=1)[0].call_id


def _violation(asking: Asking) -> Violation:
    actor = asking.chain.actors["operator"]
    made = open_violation(
        actor=actor, act="misuse", agency=asking.chain.agency, facts="Ngoài mục đích", from_at=clock.now()
    )
    return ask_to_explain(actor=actor, violation=made, text="Giải trình mục đích")


def _record(asking: Asking, violation: Violation) -> RegisterPaper:
    actor = asking.chain.actors["operator"]
    paper = issue_record(actor=actor, violation=violation)
    upload = check_upload(SimpleUploadedFile("bien-ban.pdf", pdf_bytes()))
    given = {"number": "01/BB-SKHCN", "number_date": clock.today()}
    return register_paper(actor=actor, paper=paper, upload=upload, **given)


def _invitation(asking: Asking) -> Invitation:
    invite(
        actor=asking.chain.actors["agency_admin"],
        agency=asking.chain.agency,
        email="moi@lgsp.example",
        full_name="Cán bộ mới (mẫu)",
        role="agency_officer",
    )
    return Invitation.objects.get()


def _attached(asking: Asking, draft: ConnectionRequest) -> Attachment:
    file = SimpleUploadedFile("phuong-an.pdf", pdf_bytes())
    return attach(actor=asking.officer, request=draft, file=file, part="plans")


def _posted(asking: Asking) -> MessageFile:
    upload = check_upload(SimpleUploadedFile("lich-truc.pdf", pdf_bytes()))
    post_message(
        actor=asking.officer, request=asking.chain.request, text="Lịch trực", form_token=uuid4(), upload=upload
    )
    return MessageFile.objects.get()


def _helped(asking: Asking) -> HelpRequest:
    upload = check_upload(SimpleUploadedFile("anh-chup.pdf", pdf_bytes()))
    return ask_help(actor=asking.officer, subject="Không gửi được", text="Báo lỗi", form_token=uuid4(), upload=upload)


def _filed(asking: Asking) -> Feedback:
    upload = check_upload(SimpleUploadedFile("de-xuat.pdf", pdf_bytes()))
    said = {"kind": "proposal", "subject": "Rút hạn", "text": "Còn ba ngày", "form_token": uuid4()}
    return file_feedback(actor=asking.officer, upload=upload, **said)


def _signed(asking: Asking) -> Printout:
    paper = Printout.objects.filter(issuer=asking.chain.agency, superseded_at__isnull=True)[0]
    upload = check_upload(SimpleUploadedFile("da-ky.pdf", pdf_bytes()))
    return register(
        actor=asking.officer, printout=paper, number="01/PĐN-SNNMT", number_date=clock.today(), upload=upload
    )
