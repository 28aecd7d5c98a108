"""Reports that were broken off, changed behind our back or made anew: nothing half, nothing lost."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from core import clock, files
from core.problems import DomainError, InvalidInput, PermissionRefused
from reports import tasks
from reports.choices import RunState
from reports.content.figures import thaw
from reports.models import ReportFile, ReportRun
from reports.selectors.runs import files_of
from reports.services.approving import approve_report, publish_report, return_report
from reports.services.narratives import save_narrative
from reports.services.requesting import renew_report, retry_report
from reports.services.submitting import make_files, submit_report
from reports.services.writing import document_of, reason_of
from tests.reports.conftest import Desk
from tests.reports.test_life import kept


def refuses(thing: Any) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        thing.save()


def test_the_database_refuses_to_change_or_remove_what_was_written(desk: Desk) -> None:
    run = approve_report(actor=desk.actors["department_leader"], run=desk.submit())
    for name, value in (("sha256", "0" * 64), ("figures", {}), ("data_until", clock.now()), ("drafted_at", None)):
        changed = ReportRun.objects.get(pk=run.pk)
        setattr(changed, name, value)
        refuses(changed)
    file, words = run.files.get(), run.narratives.get()
    file.sha256, words.texts = "0" * 64, {}
    refuses(file)
    refuses(words)
    refuses(ReportFile(run=run, format="pdf", sha256="0" * 64, made_at=clock.now()))
    for thing in (run, file, words):
        with pytest.raises(DatabaseError), transaction.atomic():
            type(thing).objects.filter(pk=thing.pk)._raw_delete("default")
    assert ReportRun.objects.get().sha256 == run.sha256


@pytest.mark.clause("QC14.5")
def test_figures_are_not_frozen_while_calls_of_the_period_are_not_summed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = desk.ask()
    monkeypatch.setattr("reports.services.writing.SUMS_WITHIN", 0.0)
    with (
        patch("reports.services.writing.roll_up", return_value=0),
        patch("reports.services.writing.summed_until", return_value=run.data_until - timedelta(seconds=1)),
    ):
        tasks.write_report(run.pk)
    failed = ReportRun.objects.get()
    assert (failed.state, failed.figures) == (RunState.FAILED, None)
    assert "chưa cộng xong" in failed.failure
    retry_report(actor=desk.actors["report_officer"], run=failed)
    tasks.write_report(run.pk)
    assert ReportRun.objects.get().state == RunState.DRAFTED


def test_a_failure_is_told_and_tried_again_by_a_person(desk: Desk, few_parts: None) -> None:
    run, officer = desk.ask(), desk.actors["report_officer"]
    with patch("reports.services.writing.freeze", side_effect=OSError("disk")):
        tasks.write_report(run.pk)
    failed = ReportRun.objects.get()
    assert (failed.state, failed.sha256, failed.figures) == (RunState.FAILED, "", None)
    with pytest.raises(PermissionRefused):
        retry_report(actor=desk.actors["department_leader"], run=failed)
    retry_report(actor=officer, run=failed)
    tasks.write_report(run.pk)
    assert (ReportRun.objects.get().state, ReportRun.objects.get().failure) == (RunState.DRAFTED, "")
    assert "SoftTime" not in reason_of(SoftTimeLimitExceeded()) + reason_of(ValueError("x"))
    assert "thời gian" in reason_of(SoftTimeLimitExceeded())
    submit_report(actor=officer, run=run)
    with patch("reports.services.submitting.files.keep", side_effect=OSError("disk")):
        tasks.make_files(run.pk)
    stumbled = ReportRun.objects.get()
    assert (stumbled.state, stumbled.sha256, list(stumbled.files.all())) == (RunState.DRAFTED, "", [])
    assert "kho lưu trữ" in stumbled.failure
    assert desk.submit(stumbled).failure == ""


def test_a_worker_that_dies_between_content_and_rows_leaves_nothing_and_the_next_makes_the_same(
    desk: Desk, few_parts: None
) -> None:
    run = submit_report(actor=desk.actors["report_officer"], run=desk.write())

    class Killed(BaseException):
        """As a signal ends a worker: no handler of errors runs."""

    with patch("reports.services.submitting._present", side_effect=Killed), pytest.raises(Killed):
        tasks.make_files(run.pk)
    left = ReportRun.objects.get()
    assert (left.state, files_of(left), ReportFile.objects.count()) == (RunState.RENDERING, [], 0)
    half = kept()
    made = make_files(run_id=run.pk)
    assert (made.state, kept()) == (RunState.SUBMITTED, half)


def test_a_slow_worker_of_an_earlier_submission_puts_nothing_in(desk: Desk, few_parts: None) -> None:
    first = submit_report(actor=desk.actors["report_officer"], run=desk.write())
    make_files(run_id=first.pk)
    returned = return_report(actor=desk.actors["department_leader"], run=first, reason="Sửa")
    words = {"connections": "Bản hai."}
    save_narrative(actor=desk.actors["report_officer"], run=returned, texts=words, version=1)
    second = submit_report(actor=desk.actors["report_officer"], run=returned)
    with patch("reports.services.submitting.ReportRun.objects.get", return_value=first):
        assert make_files(run_id=first.pk).state == RunState.RENDERING
    assert files_of(ReportRun.objects.get()) == []
    made = make_files(run_id=second.pk)
    assert document_of(made) == files.fetch(made.sha256)


def test_a_file_that_was_changed_or_lost_is_not_given_out(desk: Desk) -> None:
    run = desk.submit()
    place = Path(settings.MEDIA_ROOT) / "content" / run.sha256[:2] / run.sha256
    whole = place.read_bytes()
    place.write_bytes(whole[:-1])
    with pytest.raises(DomainError) as refused:
        files.fetch(run.sha256)
    assert refused.value.problem.status == 503
    # A worker that died half-way leaves no half file behind for ever: the same content is written again.
    assert files.keep(whole) == run.sha256
    assert files.fetch(run.sha256) == whole
    place.unlink()
    with pytest.raises(DomainError):
        files.fetch(run.sha256)


def test_a_report_made_anew_takes_the_place_of_the_old_one_with_a_reason(desk: Desk) -> None:
    old = desk.submit()
    with pytest.raises(InvalidInput):
        renew_report(actor=desk.actors["report_officer"], run=old, reason=" ")
    with pytest.raises(PermissionRefused):
        renew_report(actor=desk.actors["department_leader"], run=old, reason="Lý do")
    assert ReportRun.objects.count() == 1
    leader = desk.actors["department_leader"]
    publish_report(actor=leader, run=approve_report(actor=leader, run=old))
    new = renew_report(actor=desk.actors["report_officer"], run=old, reason="Bổ sung số liệu")
    old = ReportRun.objects.get(pk=old.pk)
    assert (old.state, old.supersede_reason) == (RunState.SUPERSEDED, "Bổ sung số liệu")
    assert (new.state, new.code, new.number) == (RunState.REQUESTED, f"{old.code}-2", old.number)
    assert old in ReportRun.objects.visible_to(desk.actors["province_leader"])
    assert new not in ReportRun.objects.visible_to(desk.actors["province_leader"])


@pytest.mark.heavy
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_half_way_leaves_no_half_report_and_the_next_one_finishes_it(desk: Desk) -> None:
    run = submit_report(actor=desk.actors["report_officer"], run=desk.write())
    said = f"""
import django, os, signal
django.setup()
from django.conf import settings
settings.MEDIA_ROOT = {str(settings.MEDIA_ROOT)!r}
from core import files
from reports.services import submitting
keep = files.keep
submitting.files.keep = lambda content: (keep(content), os.kill(os.getpid(), signal.SIGKILL))
submitting.make_files(run_id={run.pk})
"""
    settings_of = connection.settings_dict
    address = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**settings_of)
    worker = subprocess.run(
        [sys.executable, "-c", said], env={**os.environ, "DATABASE_URL": address}, check=False, timeout=120
    )
    assert worker.returncode == -signal.SIGKILL
    left = ReportRun.objects.get()
    assert (left.state, ReportFile.objects.count(), len(kept())) == (RunState.RENDERING, 0, 1)
    made = make_files(run_id=run.pk)
    assert made.state == RunState.SUBMITTED
    assert document_of(made) == files.fetch(made.sha256)
    assert replace(thaw(made.figures or {})) == thaw(run.figures or {})
