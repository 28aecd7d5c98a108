"""Jobs of this app."""

from celery import shared_task

from reports.services import (
    campaign_letters,
    last_use,
    recounting,
    scheduling,
    submitting,
    training_seats,
    training_telling,
    writing,
)


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


@shared_task
def count_last_use() -> None:
    """Bring together when pages, endpoints and clauses were last used."""
    last_use.count_last_use()


@shared_task
def tell_of_campaigns() -> None:
    """Tell agencies that they are asked, and of new deadlines; each once."""
    campaign_letters.tell_of_campaigns()


@shared_task
def remind_of_statements() -> None:
    """Remind agencies of statements that are due; each rule and day once."""
    campaign_letters.remind_of_statements()


@shared_task
def remind_of_training() -> None:
    """Remind those registered of sessions that begin soon."""
    training_telling.remind_due()


@shared_task
def erase_old_training_names() -> None:
    """Erase names of people trained longer ago than they are kept."""
    training_seats.erase_old_names()


@shared_task(soft_time_limit=280)
def recount_reports() -> None:
    """Compare the frozen figures of reports with what they would be now."""
    recounting.recount_due_reports()
