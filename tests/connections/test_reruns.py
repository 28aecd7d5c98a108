"""A structure gets a new version: who is affected, their samples run again, both sides told (QC9.2, QC9.8)."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Notice
from audit.models import Fact
from catalog.models import MessageProfile, Operation
from catalog.services.profile_uses import set_profile_use
from catalog.services.profiles import set_profile
from connections.models import ConformanceRerun, EvidenceRun, MessageSample
from connections.selectors.reruns import affected_by, followed_up, reruns_of
from connections.services.ending import terminate
from connections.services.reruns import open_reruns, repeat_conformance, rerun
from connections.tasks import follow_profiles
from core import clock
from core.actor import system_actor
from core.problems import GuardRefused, PermissionRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.refusing import refused
from tests.connections.test_at_once import at_once

pytestmark = pytest.mark.clause("QC9.2", "QC9.8")
JOB = system_actor("Kiểm thử")
LIST = "admin:connections_conformancererun_changelist"


def version_of(version: str, first: date = date(2026, 1, 1), **fields: Any) -> MessageProfile:
    values = {"code": "xa-phuong", "title": "Thông điệp xã, phường", "source": "Mẫu", **fields}
    schema = {"type": "object", "required": ["code"], "properties": {"code": {"maxLength": 5, "type": "string"}}}
    return set_profile(actor=JOB, version=version, valid_from=first, **{"schema": schema, **values})


def follow(profile: MessageProfile, code: str = "list", **fields: Any) -> None:
    operation = Operation.objects.get(code=code)
    set_profile_use(
        actor=JOB, operation=operation, direction="answer", profile=profile, reason="Quy chuẩn mới", **fields
    )


def sample(chain: Chain, text: str, name: str = "Mẫu") -> MessageSample:
    return MessageSample.objects.create(
        request=chain.request, name=name, text=text, added_by=chain.users["evaluator"], added_at=clock.now()
    )


@pytest.fixture
def followed(chain: Chain) -> Chain:
    """A live connection whose messages follow version 1 of a structure."""
    chain.live()
    follow(version_of("1"))
    Notice.objects.all().delete()
    return chain


def told(chain: Chain, role: str) -> list[str]:
    found = Notice.objects.filter(recipient=chain.users[role], event="profile.rerun").order_by("pk")
    return list(found.values_list("body", flat=True))


def test_the_platform_lists_runs_and_tells_both_sides(followed: Chain) -> None:
    sample(followed, '{"code": "00001"}', "Đúng")
    sample(followed, '{"code": "0000100"}', "Sai")
    assert repeat_conformance() == 0  # one version is no change
    second = version_of("2", clock.today() + timedelta(days=30))
    assert repeat_conformance() == 1
    row = ConformanceRerun.objects.get()
    assert row.run is not None
    assert (row.profile, row.connection, row.run.request) == (second, followed.connection(), followed.request)
    assert (row.run.passed, row.run.summary, row.run.run_by) == (False, "1 trong 2 mẫu chưa đúng cấu trúc", None)
    assert {fact.deed for fact in Fact.objects.order_by("-id")[:2]} == {"request.probed", "profile.reruns_opened"}
    bodies = told(followed, "operator")
    assert len(bodies) == 2
    assert "1 kết nối đang vận hành" in bodies[0]
    assert "1 chưa đạt, 0 hồ sơ chưa có mẫu" in bodies[1]
    assert "1 trong 2 mẫu chưa đúng cấu trúc" in told(followed, "agency_representative")[0]
    assert repeat_conformance() == 0  # nothing twice
    follow_profiles()
    assert EvidenceRun.objects.filter(rerun__isnull=False).count() == 1


def test_one_in_xml_is_run_by_its_xsd(followed: Chain) -> None:
    xsd = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="code" type="xs:int"/></xs:schema>'
    sample(followed, "<code>7</code>")
    third = version_of("3", form="xsd", xsd=xsd, schema=None)
    open_reruns(actor=followed.actors["operator"], profile=third)
    repeat_conformance()
    run = ConformanceRerun.objects.get(profile=third).run
    assert run is not None
    assert (run.passed, run.run_by) == (True, followed.users["operator"])
    assert "không cần làm gì thêm" in told(followed, "agency_representative")[0]


def test_a_dossier_without_samples_has_no_run_and_is_told_so(followed: Chain) -> None:
    version_of("2")
    repeat_conformance()
    row = ConformanceRerun.objects.get()
    assert (row.run, row.done_at is not None) == (None, True)
    assert "chưa có mẫu thông điệp" in told(followed, "agency_representative")[0]


def test_only_live_connections_that_may_call_the_operation_are_affected(chain: Chain) -> None:
    chain.live()
    first = version_of("1")
    assert list(affected_by(first)) == []  # nothing follows it
    follow(first, since=clock.today() + timedelta(days=9))
    assert list(affected_by(first)) == [chain.connection()]  # what is planned counts
    grant = chain.connection().grants.get(environment="live")
    grant.operations = ["one"]
    grant.save()
    assert list(affected_by(first)) == []
    follow(first, "one")
    assert list(affected_by(first)) == [chain.connection()]
    terminate(actor=chain.actors["operator"], request=chain.fresh(), reason="Ngừng sử dụng")
    assert list(affected_by(first)) == []
    second = version_of("2")
    refused(GuardRefused, lambda: open_reruns(actor=JOB, profile=second))
    assert repeat_conformance() == 0


def test_a_version_that_ended_or_is_not_the_newest_is_not_followed_up(followed: Chain) -> None:
    version_of("2", first=date(2025, 1, 1))  # older than the first
    assert list(followed_up().values_list("version", flat=True)) == ["1"]
    version_of("3", clock.today(), valid_to=clock.today())
    assert list(followed_up().values_list("version", flat=True)) == ["3"]


@pytest.mark.parametrize("role", ["evaluator", "intake_officer", "agency_representative", "department_leader"])
def test_others_make_no_list(followed: Chain, role: str) -> None:
    second = version_of("2")
    refused(PermissionRefused, lambda: open_reruns(actor=followed.actors[role], profile=second))
    assert not ConformanceRerun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_list_and_run_once(chain: Chain) -> None:
    chain.live()
    follow(version_of("1"))
    sample(chain, '{"code": "00001"}')
    second = version_of("2")
    at_once(lambda: open_reruns(actor=JOB, profile=second), lambda: open_reruns(actor=JOB, profile=second))
    row = ConformanceRerun.objects.get()
    found = at_once(lambda: rerun(actor=JOB, pk=row.pk), lambda: rerun(actor=JOB, pk=row.pk))
    assert sorted(found) == [False, True]
    assert EvidenceRun.objects.filter(profile=second).count() == 1


# -- the list --------------------------------------------------------------------------------------
def test_the_list_is_read_extended_and_taken_away(followed: Chain, desk: Desk) -> None:
    page = reverse(LIST)
    operator = desk("operator")
    text = operator.get(page).content.decode()
    assert "Chưa có kết nối nào trong danh sách" in text
    sample(followed, '{"code": "0000100"}')
    second = version_of("2", illustration=True)
    chosen = f"{page}?profile={second.pk}"
    assert "chỉ là minh họa" in operator.get(chosen).content.decode()
    assert "Đưa vào danh sách và chạy lại mẫu" in operator.get(chosen).content.decode()
    begin = reverse("admin:connections_rerun_open", args=[second.pk])
    assert desk("evaluator").post(begin).status_code == 403
    assert "Đưa vào danh sách" not in desk("evaluator").get(chosen).content.decode()
    assert operator.get(begin).status_code == 405
    assert operator.post(begin)["Location"] == chosen
    assert "Chờ chạy" in operator.get(chosen).content.decode()
    repeat_conformance()
    text = operator.get(page).content.decode()
    for part in ("Chưa đạt", "/code Mẫu «Mẫu»: Giá trị dài hơn 5 ký tự", str(followed.request)):
        assert part in text, part
    assert "không có kết nối" in operator.post(begin, follow=True).content.decode().lower()
    sheet = load_workbook(BytesIO(operator.get(f"{chosen}&ending=xlsx").content)).active
    assert [cell.value for cell in sheet[1]][:2] == ["Kết nối", "Cơ quan"]
    assert sheet.max_row == 2
    for ending, mark in (("pdf", b"%PDF"), ("docx", b"PK")):
        assert operator.get(f"{chosen}&ending={ending}").content.startswith(mark)
    for wrong in ("999999", "x", "9" * 30):
        assert operator.get(f"{page}?profile={wrong}").status_code == 404
    assert operator.get(f"{page}1/change/").status_code == 404


def test_the_list_costs_the_same_whatever_the_number(followed: Chain, desk: Desk) -> None:
    sample(followed, '{"code": "00001"}')
    second = version_of("2")
    repeat_conformance()
    operator, address = desk("operator"), f"{reverse(LIST)}?profile={second.pk}"
    operator.get(address)
    with CaptureQueriesContext(database) as queries:
        rows = [str(row.run) for row in reruns_of(followed.actors["operator"], second)]
    assert (len(rows), len(queries)) == (1, 1)


def test_nobody_but_staff_opens_the_list(followed: Chain, desk: Desk) -> None:
    assert desk("agency_representative").get(reverse(LIST)).status_code in (302, 403, 404)
