"""What the sandbox's log says about a case: thresholds exactly at their edge (QC10.4). No database."""

from typing import Any

import pytest

from connections.services.measures import Figures, Finding, Seen, judge, wrong_parameters

pytestmark = pytest.mark.clause("QC10.4")
SCOPE = [("units", "list"), ("units", "one")]


def finding(
    kind: str, operations: dict[str, Seen] | None = None, refused: dict[str, int] | None = None, **more: Any
) -> Finding:
    seen = {("units", name): row for name, row in (operations or {}).items()}
    return judge({"kind": kind, **more}, SCOPE, Figures(seen, refused or {}))


def test_each_granted_operation_must_have_answered_and_the_missing_one_is_named() -> None:
    found = finding("operations_answered", {"list": Seen(calls=3, answered=3)}, calls=3)
    assert found.result == ""
    assert found.actual == "cần thêm 3 lượt gọi thành công thao tác «one» của dịch vụ «units»"
    both = {"list": Seen(3, 3), "one": Seen(4, 3)}
    assert finding("operations_answered", both, calls=3).result == "pass"


def test_an_operation_outside_the_grant_counts_for_nothing() -> None:
    assert finding("operations_answered", {"list": Seen(1, 1), "other": Seen(9, 9)}, calls=1).result == ""


@pytest.mark.parametrize(
    ("calls", "answered", "errors", "result"),
    [
        (20, 20, 0, "pass"),
        (19, 19, 0, ""),
        (21, 20, 1, "pass"),
        (20, 19, 1, ""),
        (40, 38, 2, "pass"),
        (40, 37, 3, "fail"),
        (0, 0, 0, ""),
    ],
)
def test_enough_successes_and_few_errors_of_the_provider(calls: int, answered: int, errors: int, result: str) -> None:
    seen = {"list": Seen(calls=calls, answered=answered, provider_errors=errors)}
    assert finding("successes", seen, calls=20, most_provider_errors_percent=5).result == result


@pytest.mark.clause("Q50-7.3")
@pytest.mark.parametrize(
    ("first", "second", "late", "result"),
    [(3000, 10, 0, "pass"), (3001, 10, 0, "fail"), (10, 3001, 0, "fail"), (10, 10, 1, "fail")],
)
def test_the_slowest_operation_and_every_late_answer_count(first: int, second: int, late: int, result: str) -> None:
    seen = {"list": Seen(20, 20, 0, first, late), "one": Seen(1, 1, 0, second)}
    assert finding("response_time", seen, calls=20, p95_ms=3000, most_late=0).result == result


def test_speed_is_not_judged_on_too_few_calls() -> None:
    assert finding("response_time", {"list": Seen(2, 2, 0, 5)}, calls=20, p95_ms=3000, most_late=0).result == ""


def test_any_of_the_named_refusals_counts_and_no_other() -> None:
    reasons = ["operation-not-granted", "grant-missing"]
    assert finding("refusals", refused={"nonce-reused": 9}, reasons=reasons, calls=1).result == ""
    found = finding("refusals", refused={"grant-missing": 1, "operation-not-granted": 1}, reasons=reasons, calls=2)
    assert (found.result, found.figures) == ("pass", {"refused": 2})


def test_a_long_list_of_what_is_missing_fits_the_record() -> None:
    scope = [("dich-vu-du-lieu", f"operation-{number}") for number in range(60)]
    found = judge({"kind": "operations_answered", "calls": 1}, scope, Figures({}, {}))
    assert len(found.actual) == 500
    assert len(found.measured()["missing"]) == 60


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "Nhập cách đo"),
        ({"kind": "guess"}, "Cách đo phải là một trong"),
        ({"kind": "operations_answered"}, "«calls»"),
        ({"kind": "operations_answered", "calls": -1}, "«calls»"),
        ({"kind": "operations_answered", "calls": 1.5}, "«calls»"),
        ({"kind": "operations_answered", "calls": True}, "«calls»"),
        ({"kind": "operations_answered", "calls": 1, "p95_ms": 2}, "p95_ms"),
        ({"kind": "refusals", "calls": 1, "reasons": []}, "mã từ chối"),
        ({"kind": "refusals", "calls": 1, "reasons": "nonce-reused"}, "mã từ chối"),
    ],
)
def test_parameters_that_no_measure_knows_are_told(parameters: dict[str, Any], words: str) -> None:
    assert words in wrong_parameters(parameters, required=True)


def test_a_typed_case_may_do_without_parameters() -> None:
    assert wrong_parameters({}, required=False) == ""


@pytest.mark.parametrize(
    ("peak", "declared", "percent", "result"),
    [(19, 20, 100, ""), (20, 20, 100, "pass"), (10, 20, 50, "pass"), (0, 0, 100, "")],
)
def test_the_declared_peak_is_reached_in_one_second(peak: int, declared: int, percent: int, result: str) -> None:
    found = judge({"kind": "declared_load", "percent": percent}, SCOPE, Figures({}, {}, peak, declared))
    assert found.result == result
    assert str(peak) in found.actual
