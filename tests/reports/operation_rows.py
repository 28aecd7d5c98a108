"""Random rows of what services did day by day: their watch, outages, maintenance, alerts."""

from datetime import timedelta

from catalog.models import DataService, ServiceVersion, Upstream
from incidents.alert_choices import Detector
from incidents.models import Alert, AlertRule, MaintenanceWindow, Outage, StatusDay
from tests.reports.register_draw import Draw


def fill_operation(draw: Draw, services: list[DataService], count: int) -> None:
    """Write days, outages, maintenance and alerts of *services*, about *count* of each."""
    choice = draw.chance.choice
    days = {(choice(services).pk, draw.day()) for _ in range(count * 4)}
    rows = []
    for service, day in days:
        made = choice((0, 1, 100, 1440))
        answered = draw.chance.randrange(made + 1) if choice((True, False)) else made
        rows.append(
            StatusDay(service_id=service, day=day, made=made, answered=answered, planned=draw.chance.randrange(9))
        )
    StatusDay.objects.bulk_create(rows)
    versions = list(ServiceVersion.objects.order_by("pk"))
    upstreams = Upstream.objects.bulk_create(
        Upstream(
            version=one, environment=choice(("live", "live", "sandbox")), place=1, base_url="https://nguon.example"
        )
        for one in versions
    )
    Outage.objects.bulk_create(
        Outage(
            upstream=one,
            sign="calls",
            detail="Không kết nối",
            opened_at=(opened := draw.moment()),
            closed_at=draw.after(opened),
        )
        for one in upstreams
    )
    windows = []
    for n in range(count):
        starts = draw.moment()
        ends = starts + timedelta(minutes=draw.chance.randrange(1, 100_000))
        windows.append(
            MaintenanceWindow(
                code=f"BT-{n}",
                whole_platform=True,
                starts_at=starts,
                ends_at=ends,
                reason="Nâng cấp",
                public_text="Nâng cấp",
                state=choice(("planned", "planned", "cancelled")),
                timed_at=starts - timedelta(minutes=choice((30, 60, 61, 9000))),
                timed_end=ends - timedelta(minutes=choice((0, 30))),
                planned_at=starts,
                changed_at=starts,
            )
        )
    MaintenanceWindow.objects.bulk_create(windows)
    rules = [
        AlertRule.objects.create(
            code=f"quy-tac-{detector.value}",
            name="Quy tắc",
            detector=detector,
            severity="warning",
            threshold=1,
            basis="kiểm thử",
        )
        for detector in (Detector.SILENCE, Detector.QUOTA)
    ]
    alerts = []
    for n in range(count):
        opened = draw.moment()
        closed = draw.after(opened)
        alerts.append(
            Alert(
                rule=choice(rules),
                key=f"dau-{n}",
                subject_kind="grant",
                severity="warning",
                state="closed" if closed else "open",
                first_at=opened,
                last_at=opened,
                opened_at=opened,
                closed_at=closed,
                summary="Im lặng",
            )
        )
    Alert.objects.bulk_create(alerts)
