"""Tests of a connection in the four groups of QC10.4, and their confirmation by both sides."""

import hashlib
import json
from typing import Any

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from connections.choices import Measure, Result, Side, TestGroup
from connections.models.requests import ConnectionRequest

RECORD_FORMAT = "lgsp-test-record-1"


def content_hash(record: dict[str, Any]) -> str:
    """Return the SHA-256 (hex) of *record* as canonical JSON: UTF-8, keys sorted, no spaces, whole numbers only."""
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _granted(line: Any) -> dict[str, Any]:
    """Return what was approved of a line."""
    return {
        "service": line.service.code,
        "operations": sorted(line.granted_operations),
        "fields": sorted(line.granted_fields),
        "daily_quota": line.granted_quota,
    }


def _scope(thing: Any) -> dict[str, Any]:
    """Return what a grant allows."""
    return {
        "service": thing.service.code,
        "operations": sorted(thing.operations),
        "fields": sorted(thing.fields or []),
        "daily_quota": thing.daily_quota,
    }


class TestTemplate(models.Model):
    """A test case every plan begins with; data, edited by staff. ``parameters`` are figures for its measure."""

    __test__ = False  # the name is the procedure's, not pytest's

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    group = models.CharField(_("nhóm"), max_length=16, choices=TestGroup.choices)
    title = models.CharField(_("ca kiểm thử"), max_length=200)
    expectation = models.CharField(_("kết quả mong đợi"), max_length=300)
    measure = models.CharField(_("cách lấy kết quả"), max_length=8, choices=Measure.choices)
    parameters = models.JSONField(_("tham số"), default=dict, blank=True)
    basis = models.CharField(_("căn cứ"), max_length=300)
    active = models.BooleanField(_("đang áp dụng"), default=True)
    place = models.PositiveSmallIntegerField(_("thứ tự"))

    class Meta:
        verbose_name = _("mẫu ca kiểm thử")
        verbose_name_plural = _("mẫu ca kiểm thử")
        ordering = ["place"]

    def __str__(self) -> str:
        return self.title


class Trial(models.Model):
    """One round of tests of a dossier; ``content_hash`` is what both sides confirm (SHA-256 of the record, hex)."""

    request = models.ForeignKey(ConnectionRequest, models.PROTECT, related_name="trials", verbose_name=_("hồ sơ"))
    round = models.PositiveSmallIntegerField(_("lần"))
    started_at = models.DateTimeField(_("bắt đầu lúc"))
    finished_at = models.DateTimeField(_("lập biên bản lúc"), null=True)
    content_hash = models.CharField(_("mã băm nội dung"), max_length=64, blank=True)
    record = models.JSONField(_("nội dung biên bản"), default=dict, blank=True)

    class Meta:
        verbose_name = _("đợt kiểm thử")
        verbose_name_plural = _("đợt kiểm thử")
        ordering = ["request", "-round"]
        constraints = [models.UniqueConstraint(fields=["request", "round"], name="trial_round_once")]

    def __str__(self) -> str:
        return str(_("Đợt kiểm thử %(n)s của %(request)s") % {"n": self.round, "request": self.request})

    def present_record(self) -> dict[str, Any]:
        """Return what a record of this round would say now: what was tested, under which grants, with which results.

        Codes and names that may lawfully change later (of agencies, systems) stay out, so that a renamed body does
        not void what was confirmed.
        """
        request = self.request
        grants = request.grants.filter(revoked_at__isnull=True, environment="sandbox").select_related("service")
        return {
            "format": RECORD_FORMAT,
            "request": request.number,
            "system": request.system_id,
            "round": self.round,
            "started_at": self.started_at.isoformat(),
            "purpose": request.purpose.code if request.purpose else "",
            "networks": sorted(request.networks),
            "valid_to": request.wanted_until.isoformat() if request.wanted_until else None,
            "lines": [_granted(line) for line in request.lines.granted().order_by("service__code")],
            "sandbox_grants": [
                {**_scope(grant), "code": grant.code, "networks": sorted(grant.networks)}
                for grant in grants.order_by("code")
            ],
            "cases": [case.as_recorded() for case in self.cases.order_by("place", "code")],
        }

    def record_unchanged(self) -> bool:
        """Return whether the record that both sides were shown is still what would be written today."""
        return bool(self.content_hash) and content_hash(self.present_record()) == self.content_hash


class TrialCase(models.Model):
    """One case of a round: what was expected, what was measured."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="cases", verbose_name=_("đợt kiểm thử"))
    code = models.SlugField(_("mã"), max_length=40)
    group = models.CharField(_("nhóm"), max_length=16, choices=TestGroup.choices)
    title = models.CharField(_("ca kiểm thử"), max_length=200)
    expectation = models.CharField(_("kết quả mong đợi"), max_length=300)
    measure = models.CharField(_("cách lấy kết quả"), max_length=8, choices=Measure.choices)
    parameters = models.JSONField(_("tham số"), default=dict)
    basis = models.CharField(_("căn cứ"), max_length=300, blank=True)
    result = models.CharField(_("kết quả"), max_length=8, choices=Result.choices, blank=True)
    measured = models.JSONField(_("số liệu đo"), default=dict)
    actual = models.CharField(_("kết quả thực tế"), max_length=500, blank=True)
    evidence = models.TextField(_("minh chứng"), blank=True)
    judged_at = models.DateTimeField(_("lấy kết quả lúc"), null=True)
    judged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người nhập"))
    place = models.PositiveSmallIntegerField(_("thứ tự"))

    class Meta:
        verbose_name = _("ca kiểm thử")
        verbose_name_plural = _("ca kiểm thử")
        ordering = ["trial", "place"]
        constraints = [models.UniqueConstraint(fields=["trial", "code"], name="trial_case_once")]

    def __str__(self) -> str:
        return self.title

    def as_recorded(self) -> dict[str, Any]:
        """Return the case as the test record holds it."""
        names = ("code", "group", "title", "expectation", "measure", "parameters", "basis")
        said = ("result", "measured", "actual", "evidence", "judged_by_id")
        return {
            **{name: getattr(self, name) for name in (*names, *said)},
            "judged_at": self.judged_at.isoformat() if self.judged_at else None,
        }


class Confirmation(models.Model):
    """One side's word on a test record (QC10.4): agreed or not, by whom, for which content."""

    trial = models.ForeignKey(Trial, models.PROTECT, related_name="confirmations", verbose_name=_("đợt kiểm thử"))
    side = models.CharField(_("bên"), max_length=16, choices=Side.choices)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người xác nhận"))
    agreed = models.BooleanField(_("nhất trí"))
    remark = models.TextField(_("ý kiến"), blank=True)
    content_hash = models.CharField(_("mã băm nội dung"), max_length=64)
    at = models.DateTimeField(_("lúc"))
    voided_at = models.DateTimeField(_("mất hiệu lực lúc"), null=True)

    class Meta:
        verbose_name = _("xác nhận biên bản")
        verbose_name_plural = _("xác nhận biên bản")
        ordering = ["trial", "at"]
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "side"], condition=Q(voided_at__isnull=True), name="confirmation_one_a_side"
            ),
            # Two people always (decisions, 22).
            models.UniqueConstraint(
                fields=["trial", "user"], condition=Q(voided_at__isnull=True), name="confirmation_one_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()}: {self.user}"


for _model in (TestTemplate, Trial, TrialCase, Confirmation):
    auditlog.register(_model)
