"""What a query parameter may hold: one rule reads it, explains it in both languages and describes it.

Nothing is ignored in silence: an unknown name, a name given twice and a value outside its rule are each refused
with the name of the parameter and what it takes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.http import QueryDict
from rest_framework import exceptions

_WHOLE = re.compile(r"-?[0-9]{1,9}")
# Control characters, and what stands for bytes that are not UTF-8.
_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\ufffd]")


class Said(NamedTuple):
    """A text for systems in Vietnamese and English."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one parameter was refused; ``allowed`` lists what would do, where that is a list."""

    parameter: str
    code: str
    said: Said
    allowed: tuple[str, ...] = ()


class ParametersRefused(exceptions.ValidationError):
    """The address was asked with parameters it does not take."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__({item.parameter: [item.said.vi] for item in refusals})
        self.refusals = refusals


class Rule:
    """Base of the rules; ``allows`` judges the text of a value."""

    allowed: tuple[str, ...] = ()
    wanted = Said("", "")
    schema: Mapping[str, Any] = {}

    def allows(self, text: str) -> bool:
        """Return whether *text* is a value of this parameter."""
        return bool(text)


class OneOf(Rule):
    """One of a few words."""

    def __init__(self, *words: str, default: str = "") -> None:
        self.allowed = words
        listed = ", ".join(words)
        self.wanted = Said(f"chọn một trong: {listed}", f"choose one of: {listed}")
        self.schema = {"type": "string", "enum": list(words)} | ({"default": default} if default else {})

    def allows(self, text: str) -> bool:
        """Return whether *text* is one of the words."""
        return text in self.allowed


class YesNo(OneOf):
    """``true`` or ``false``."""

    def __init__(self) -> None:
        super().__init__("true", "false")
        self.schema = {"type": "boolean"}


class Whole(Rule):
    """A whole number from *low* to *high*."""

    def __init__(self, low: int, high: int, *, default: int | None = None) -> None:
        self.low, self.high = low, high
        self.wanted = Said(f"nhập số nguyên từ {low} đến {high}", f"give a whole number from {low} to {high}")
        self.schema = {"type": "integer", "minimum": low, "maximum": high}
        if default is not None:
            self.schema = {**self.schema, "default": default}

    def allows(self, text: str) -> bool:
        """Return whether *text* is a number within the bounds."""
        return bool(_WHOLE.fullmatch(text)) and self.low <= int(text) <= self.high


class Day(Rule):
    """A date as RFC 3339 writes it."""

    wanted = Said("nhập ngày theo dạng năm-tháng-ngày, ví dụ 2026-03-19", "give a date as 2026-03-19")
    schema: Mapping[str, Any] = {"type": "string", "format": "date"}

    def allows(self, text: str) -> bool:
        """Return whether *text* is a day of the calendar."""
        try:
            return date.fromisoformat(text).isoformat() == text
        except ValueError:
            return False


class Words(Rule):
    """Free text of at most *most* characters, none of them a control character."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.wanted = Said(f"nhập từ 1 đến {most} ký tự hiển thị được", f"give 1 to {most} printable characters")
        self.schema = {"type": "string", "minLength": 1, "maxLength": most}

    def allows(self, text: str) -> bool:
        """Return whether *text* is text, short enough."""
        return bool(text.strip()) and len(text) <= self.most and not _UNREADABLE.search(text)


def judge(query: QueryDict, rules: Mapping[str, Rule]) -> None:
    """Raise :class:`ParametersRefused` for every parameter of *query* that *rules* do not allow."""
    refusals = [refusal for name in sorted(query) if (refusal := _judge_one(name, query.getlist(name), rules))]
    if refusals:
        raise ParametersRefused(refusals)


def _judge_one(name: str, values: list[str], rules: Mapping[str, Rule]) -> Refusal | None:
    rule = rules.get(name)
    if rule is None:
        known = tuple(sorted(rules))
        listed = ", ".join(known)
        said = Said("không được hỗ trợ tại địa chỉ này", "not taken at this address")
        if known:
            said = Said(f"{said.vi}; các tham số được nhận: {listed}", f"{said.en}; parameters taken: {listed}")
        return Refusal(_shown(name), "unknown-parameter", said, known)
    if len(values) > 1:
        return Refusal(name, "repeated-parameter", Said("chỉ được ghi một lần", "may be given only once"))
    if not rule.allows(values[0]):
        return Refusal(name, "invalid-value", rule.wanted, rule.allowed)
    return None


def _shown(name: str) -> str:
    return _UNREADABLE.sub("\ufffd", name)[:60]
