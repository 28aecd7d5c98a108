"""Jobs of this app."""

from celery import shared_task

from reports.services import recounting, scheduling, submitting, writing


@shared_task(soft_time_limit=240)
def write_report(run_id: int) -> None:
    """Count and word one report that was asked for."""
    writing.write_report(run_id=run_id)


@shared_task(soft_time_limit=240)
def make_files(run_id: int) -> None:
    """Make the files of one report that was submitted."""
    submitting.make_files(run_id=run_id)


@shared_task
def request_due_reports() -> None:
    """Ask for the reports whose day has come; hand over again what was left lying."""
    scheduling.request_due_reports()


@shared_task(soft_time_limit=280)
def recount_reports() -> None:
    """Compare the frozen figures of reports with what they would be now."""
    recounting.recount_due_reports()
