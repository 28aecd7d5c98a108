"""What the sandbox's own log says about a test case (QC10.4). Pure: figures and parameters in, a finding out.

A case names its ``kind`` and thresholds in its parameters, whole numbers all. Nothing missing and nothing wrong is a
pass; too few calls leave it open and say which calls are missing; a threshold that is broken is a failure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from django.utils.translation import gettext as _

from connections.choices import Result

MOST_SHOWN = 500
Scope = Sequence[tuple[str, str]]  # (service code, operation code) of everything granted
Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """Calls of one operation in the sandbox; ``late`` took longer than 30 seconds (Q50-7.3)."""

    calls: int = 0
    answered: int = 0
    provider_errors: int = 0
    p95_ms: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What the log holds of a system's round of tests; ``declared`` is the peak a second the dossier declares."""

    operations: Mapping[tuple[str, str], Seen]
    refused: Mapping[str, int]
    peak: int = 0
    declared: int = 0

    def of(self, scope: Scope) -> list[Seen]:
        """Return what was seen of each granted operation."""
        return [self.operations.get(key, Seen()) for key in scope]


@dataclass(slots=True)
class Finding:
    """What came out for one case: what is wrong, what is still missing, and the figures it rests on."""

    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)
    said: str = ""

    @property
    def result(self) -> str:
        """Return the result: "" while calls are missing."""
        if self.wrong:
            return Result.FAIL
        return "" if self.missing else Result.PASS

    @property
    def actual(self) -> str:
        """Return the result in words, as the record shows it."""
        text = "; ".join([*self.wrong, *self.missing]) or self.said
        return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"

    def measured(self) -> dict[str, Any]:
        """Return the figures as the case keeps them."""
        return {**self.figures, "missing": self.missing, "wrong": self.wrong}


def judge(parameters: Parameters, scope: Scope, seen: Figures) -> Finding:
    """Return what the log says about a case with *parameters*. Raises KeyError for a kind nobody knows."""
    return _KINDS[parameters["kind"]].judge(parameters, scope, seen)


def wrong_parameters(parameters: Parameters, *, required: bool) -> str:
    """Return in Vietnamese what is wrong with the parameters of a case, "" when nothing is."""
    if not parameters:
        return _("Nhập cách đo và ngưỡng") if required else ""
    kind = _KINDS.get(str(parameters.get("kind")))
    if kind is None:
        return _("Cách đo phải là một trong: %(kinds)s") % {"kinds": ", ".join(_KINDS)}
    for name in kind.numbers:
        value = parameters.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            return _("Ngưỡng «%(name)s» phải là số nguyên từ 0") % {"name": name}
    reasons = parameters.get("reasons")
    if kind.reasons and not (isinstance(reasons, list) and reasons and all(isinstance(item, str) for item in reasons)):
        return _("Nêu ít nhất một mã từ chối")
    if extra := set(parameters) - {"kind", *kind.numbers, *(["reasons"] if kind.reasons else [])}:
        return _("Tham số không có trong cách đo này: %(names)s") % {"names": ", ".join(sorted(extra))}
    return ""


def _lacking(wanted: int, have: int) -> int:
    return max(wanted - have, 0)


def _operations_answered(parameters: Parameters, scope: Scope, seen: Figures) -> Finding:
    finding = Finding(figures={"operations": len(scope)})
    for (service, operation), row in zip(scope, seen.of(scope), strict=True):
        if more := _lacking(parameters["calls"], row.answered):
            text = _("cần thêm %(n)s lượt gọi thành công thao tác «%(operation)s» của dịch vụ «%(service)s»")
            finding.missing.append(text % {"n": more, "operation": operation, "service": service})
    finding.figures["answered"] = len(scope) - len(finding.missing)
    finding.said = _("%(n)s thao tác được cấp đều đã trả lời thành công") % {"n": len(scope)}
    return finding


def _successes(parameters: Parameters, scope: Scope, seen: Figures) -> Finding:
    rows = seen.of(scope)
    calls, answered = sum(row.calls for row in rows), sum(row.answered for row in rows)
    errors, most = sum(row.provider_errors for row in rows), parameters["most_provider_errors_percent"]
    finding = Finding(figures={"calls": calls, "answered": answered, "provider_errors": errors})
    if more := _lacking(parameters["calls"], answered):
        finding.missing.append(_("cần thêm %(n)s lượt gọi thành công") % {"n": more})
    if errors * 100 > calls * most:
        text = _("%(errors)s trong %(calls)s lượt lỗi phía hệ thống nguồn, vượt %(most)s %%")
        finding.wrong.append(text % {"errors": errors, "calls": calls, "most": most})
    text = _("%(answered)s lượt thành công, %(errors)s trong %(calls)s lượt lỗi phía hệ thống nguồn")
    finding.said = text % {"answered": answered, "errors": errors, "calls": calls}
    return finding


def _response_time(parameters: Parameters, scope: Scope, seen: Figures) -> Finding:
    rows = seen.of(scope)
    answered, late = sum(row.answered for row in rows), sum(row.late for row in rows)
    slowest, most = max((row.p95_ms for row in rows), default=0), parameters["p95_ms"]
    finding = Finding(figures={"answered": answered, "p95_ms": slowest, "late": late})
    if more := _lacking(parameters["calls"], answered):
        finding.missing.append(_("cần thêm %(n)s lượt gọi thành công để đo thời gian trả lời") % {"n": more})
    for (_service, operation), row in zip(scope, rows, strict=True):
        if row.p95_ms > most:
            text = _("thao tác «%(operation)s»: 95 %% lượt trong %(ms)s ms, vượt %(most)s ms")
            finding.wrong.append(text % {"operation": operation, "ms": row.p95_ms, "most": most})
    if late > parameters["most_late"]:
        finding.wrong.append(_("%(n)s lượt trả lời sau hơn 30 giây") % {"n": late})
    text = _("95 %% lượt gọi trả lời trong %(ms)s ms trở xuống, %(late)s lượt quá 30 giây, trên %(n)s lượt")
    finding.said = text % {"ms": slowest, "late": late, "n": answered}
    return finding


def _declared_load(parameters: Parameters, scope: Scope, seen: Figures) -> Finding:
    wanted = max(ceil(seen.declared * parameters["percent"] / 100), 1)
    finding = Finding(figures={"peak": seen.peak, "declared": seen.declared})
    if _lacking(wanted, seen.peak):
        text = _("cần một giây có ít nhất %(wanted)s lượt gọi thành công; nhiều nhất mới có %(peak)s")
        finding.missing.append(text % {"wanted": wanted, "peak": seen.peak})
    text = _("%(peak)s lượt thành công trong một giây; hồ sơ khai %(declared)s lượt mỗi giây lúc cao điểm")
    finding.said = text % {"peak": seen.peak, "declared": seen.declared}
    return finding


def _refusals(parameters: Parameters, scope: Scope, seen: Figures) -> Finding:
    count = sum(seen.refused.get(reason, 0) for reason in parameters["reasons"])
    finding = Finding(figures={"refused": count})
    codes = ", ".join(parameters["reasons"])
    if more := _lacking(parameters["calls"], count):
        text = _("cần thêm %(n)s lượt gọi sai bị từ chối với mã %(codes)s")
        finding.missing.append(text % {"n": more, "codes": codes})
    finding.said = _("%(n)s lượt bị từ chối đúng, mã %(codes)s") % {"n": count, "codes": codes}
    return finding


@dataclass(frozen=True, slots=True)
class _Kind:
    judge: Callable[[Parameters, Scope, Figures], Finding]
    numbers: tuple[str, ...]
    reasons: bool = False


_KINDS = {
    "operations_answered": _Kind(_operations_answered, ("calls",)),
    "successes": _Kind(_successes, ("calls", "most_provider_errors_percent")),
    "response_time": _Kind(_response_time, ("calls", "p95_ms", "most_late")),
    "declared_load": _Kind(_declared_load, ("percent",)),
    "refusals": _Kind(_refusals, ("calls",), reasons=True),
}
