"""Consumers hear of the end of a version: once each, with their calls, by rules that are data (ux.md C8)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Agency, Letter, Notice, User
from catalog.models import ServiceVersion
from catalog.services.version_endings import end_versions
from catalog.services.versions import deprecate_version, move_version
from connections.models import ExpiryRule, Grant, VersionNotice
from connections.services.expiries import load_expiry_rules
from connections.services.grant_changes import revoke_grant
from connections.services.version_news import tell_of_versions
from core import clock
from core.actor import system_actor
from tests.connections.call_log import log_calls
from tests.connections.conftest import Chain
from tests.connections.test_at_once import at_once
from tests.connections.use_log import counted
from tests.shelf import SHELF

pytestmark = [pytest.mark.clause("QC11.2", "QC11.8"), pytest.mark.xdist_group("expiries")]
JOB = system_actor("kiểm thử")
NOON = datetime(2026, 12, 1, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let it be past the hour of letters, and move the day by its number."""

    def go(days: int, hours: int = 0) -> None:
        moment = NOON + timedelta(days=days, hours=hours)
        monkeypatch.setattr(clock, "now", lambda: moment)

    go(0)
    return go


@pytest.fixture
def go(_noon: Callable[..., None]) -> Callable[..., None]:
    return _noon


@pytest.fixture
def version(chain: Chain) -> ServiceVersion:
    SHELF.take("expiry rules", lambda: load_expiry_rules(actor=JOB))
    chain.live()
    chain.agency.shared_mailbox = "vanthu@snnmt.example"
    chain.agency.save()
    return ServiceVersion.objects.get(service=chain.service)


def announce(version: ServiceVersion, ahead: int, step: str = "deprecate") -> None:
    move_version(
        actor=JOB,
        version=version,
        step=step,
        reason="Thay bằng v2",
        sunset_on=clock.today() + timedelta(days=ahead),
        short_notice="Kiểm thử",
    )


def told(event: str) -> set[str]:
    """Return who was told of *event*: addresses of people and mailboxes."""
    rows = Notice.objects.filter(event=event).select_related("recipient")
    return {row.recipient.email if row.recipient else row.mailbox for row in rows}


def test_consumers_hear_at_once_with_their_calls_and_once(version: ServiceVersion, chain: Chain) -> None:
    log_calls(Grant.objects.get(environment="live"), count=3)
    counted()
    announce(version, 200)
    assert (tell_of_versions(), tell_of_versions()) == (1, 0)
    assert told("version.announced") == {"technician@lgsp.example", "vanthu@snnmt.example"}
    notice = Notice.objects.filter(event="version.announced").first()
    assert notice is not None
    assert "19/06/2027" in notice.subject
    # 24 while it was tested, 3 since.
    assert f"{chain.system}: 27 lượt gọi phiên bản này trong 7 ngày qua" in notice.body
    assert notice.link == "/danh-muc/administrative-units/v1/ngung-cung-cap/"
    assert Letter.objects.filter(to="vanthu@snnmt.example", subject__contains="ngừng cung cấp từ").count() == 1


def test_each_rule_is_given_once_to_consumers_and_provider(
    version: ServiceVersion, chain: Chain, go: Callable[..., None], person: Callable[..., User]
) -> None:
    person("cung-cap@lgsp.example", chain.provider, "provider_officer")
    announce(version, 120)
    given = []
    for day in range(121):
        go(day)
        if tell_of_versions():
            given.append(120 - day)
        assert tell_of_versions() == 0
    assert given == [120, 90, 30, 7]
    assert Notice.objects.filter(event="version.before", recipient__email="technician@lgsp.example").count() == 3
    assert Notice.objects.filter(event="version.before", recipient__email="cung-cap@lgsp.example").count() == 3
    assert Notice.objects.filter(subject__startswith="Còn 7 ngày").exists()


@pytest.mark.parametrize(("ahead", "expected"), [(90, [90, 30, 7]), (31, [31, 30, 7]), (8, [8, 7]), (5, [5])])
def test_what_was_announced_within_a_rule_is_not_said_again_by_it(
    ahead: int, expected: list[int], version: ServiceVersion, go: Callable[..., None]
) -> None:
    announce(version, ahead)
    given = []
    for day in range(ahead + 1):
        go(day)
        given += [ahead - day] * tell_of_versions()
    assert given == expected


def test_late_runs_give_the_latest_rule_only_and_none_before_the_morning(
    version: ServiceVersion, go: Callable[..., None]
) -> None:
    announce(version, 100)
    assert tell_of_versions() == 1
    go(94, hours=-5)
    assert tell_of_versions() == 0
    go(94)
    assert (tell_of_versions(), tell_of_versions()) == (1, 0)
    assert [row.days_before for row in VersionNotice.objects.filter(news="before")] == [7]


def test_a_day_that_moves_is_told_with_the_one_before_even_back_again(
    version: ServiceVersion, go: Callable[..., None]
) -> None:
    announce(version, 100)
    tell_of_versions()
    go(0, hours=1)
    announce(version, 150, "redate")
    assert (tell_of_versions(), tell_of_versions()) == (1, 0)
    assert Notice.objects.filter(body__contains="Trước đây báo ngừng từ 11/03/2027").exists()
    go(0, hours=2)
    announce(version, 100, "redate")
    assert (tell_of_versions(), tell_of_versions()) == (1, 0)
    assert VersionNotice.objects.filter(news="announced").count() == 3
    go(70)
    assert tell_of_versions() == 1


def test_what_is_taken_back_is_told_and_announced_anew_it_is_told_anew(
    version: ServiceVersion, go: Callable[..., None]
) -> None:
    announce(version, 100)
    tell_of_versions()
    move_version(actor=JOB, version=version, step="resume", reason="Còn dùng")
    assert (tell_of_versions(), tell_of_versions()) == (1, 0)
    assert told("version.resumed")
    go(0, hours=1)
    announce(version, 100)
    assert (tell_of_versions(), tell_of_versions()) == (1, 0)
    assert VersionNotice.objects.filter(news="announced").count() == 2


def test_nobody_is_told_of_an_end_that_was_taken_back_unsaid(version: ServiceVersion) -> None:
    announce(version, 100)
    move_version(actor=JOB, version=version, step="resume", reason="Nhầm")
    assert tell_of_versions() == 0


def test_the_end_itself_is_told_announced_or_not(version: ServiceVersion, go: Callable[..., None]) -> None:
    announce(version, 2)
    tell_of_versions()
    go(2, hours=-5)
    assert end_versions() == 1
    assert (tell_of_versions(), tell_of_versions()) == (1, 0)
    assert "technician@lgsp.example" in told("version.withdrawn")


def test_a_withdrawal_without_notice_is_told_too(version: ServiceVersion, go: Callable[..., None]) -> None:
    move_version(actor=JOB, version=version, step="withdraw", reason="Lộ dữ liệu")
    assert (tell_of_versions(), tell_of_versions()) == (1, 0)
    assert "Lộ dữ liệu" not in Notice.objects.filter(event="version.withdrawn")[0].body


def test_callers_without_a_grant_are_told_and_strangers_are_not(
    version: ServiceVersion, chain: Chain, agency: Callable[..., Agency], person: Callable[..., User]
) -> None:
    person("ky-thuat.khac@lgsp.example", agency("H60.91"), "technician")
    grants = list(Grant.objects.open())
    log_calls(grants[0], count=2)
    counted()
    for grant in grants:
        revoke_grant(actor=chain.actors["operator"], grant=grant, reason="Hết hạn", legal_basis="Điều 5")
    announce(version, 100)
    tell_of_versions()
    assert told("version.announced") == {"technician@lgsp.example", "vanthu@snnmt.example"}


def test_a_rule_switched_off_gives_nothing(version: ServiceVersion, go: Callable[..., None]) -> None:
    ExpiryRule.objects.filter(subject="version").delete()
    announce(version, 100)
    assert tell_of_versions() == 1
    go(70)
    assert tell_of_versions() == 0


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_tell_once(version: ServiceVersion) -> None:
    deprecate_version(
        actor=JOB, version=version, sunset_on=clock.today() + timedelta(days=60), reason="Thay", short_notice="Thử"
    )
    assert sum(at_once(*[tell_of_versions] * 4)) == 1
    assert Notice.objects.filter(event="version.announced", recipient__email="technician@lgsp.example").count() == 1
    move_version(actor=JOB, version=version, step="resume", reason="Còn dùng")
    assert sum(at_once(*[tell_of_versions] * 4)) == 1
