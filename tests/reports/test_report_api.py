"""Reports in the API: the same rights, figures and files as on the pages (QC14.5)."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from reports.choices import RunState
from reports.models import ReportRun
from tests.reports.conftest import Desk


@pytest.mark.clause("QC14.5")
def test_figures_words_and_files_of_a_report(desk: Desk, signed_in: Callable[..., Client]) -> None:
    run = desk.publish()
    client = signed_in(desk.users["province_leader"])
    listed = client.get("/api/v1/reports?kind=month&state=published").json()["data"]
    assert [row["code"] for row in listed] == [run.code]
    whole = client.get(f"/api/v1/reports/{run.code}").json()
    assert {name: whole[name] for name in listed[0]} == listed[0]
    figures = {item["code"]: item["value"] for part in whole["sections"] for item in part["figures"]}
    frozen = (run.figures or {})["sections"]
    assert figures == {item["code"]: item["value"] for part in frozen for item in part["figures"]}
    assert None in figures.values()
    assert whole["assessment"] == run.narratives.get().texts["assessment"]
    for file in whole["files"]:
        assert sha256(client.get(file["url"]).content).hexdigest() == file["sha256"]


@pytest.mark.clause("QC8.2")
def test_nobody_sees_more_than_on_the_pages(desk: Desk, signed_in: Callable[..., Client]) -> None:
    run = desk.write()
    for role, status in (("report_officer", 200), ("province_leader", 404), ("agency_officer", 403)):
        client = signed_in(desk.users[role])
        assert client.get(f"/api/v1/reports/{run.code}").status_code == status
        listed = client.get("/api/v1/reports")
        assert listed.status_code == (403 if status == 403 else 200)
        assert listed.status_code == 403 or len(listed.json()["data"]) == (1 if status == 200 else 0)
    assert Client().get("/api/v1/reports").status_code == 401
    assert signed_in(desk.users["report_officer"]).get("/api/v1/reports?kind=week").status_code == 400
    assert ReportRun.objects.get().state == RunState.DRAFTED


def test_a_list_takes_the_same_queries_for_one_and_for_many(
    desk: Desk, signed_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    client, run = signed_in(desk.users["report_officer"]), desk.submit()
    client.get("/api/v1/reports")
    for number in range(3):
        client.post(f"/bao-cao/{run.code}/viec/supersede/", {"reason": f"Lần {number}"})
        run = ReportRun.objects.in_force().get()
        ReportRun.objects.filter(pk=run.pk).update(state=RunState.FAILED)
    with django_assert_max_num_queries(9):
        assert len(client.get("/api/v1/reports").json()["data"]) == 4
