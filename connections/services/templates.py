"""Templates of test cases and terms of the environments: first from seeds, then edited by staff (QC10.4)."""

from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from connections.choices import Measure
from connections.models import EnvironmentTerms, TestTemplate
from connections.services.measures import wrong_parameters
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from core.text import tidy

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
MANAGE = "environment.manage"
TEMPLATE_FIELDS = ("code", "group", "title", "expectation", "measure", "parameters", "basis", "active", "place")
TERMS_FIELDS = (
    "quota_limit",
    "rate_per_second",
    "rate_per_minute",
    "key_calls",
    "key_days",
    "key_count",
    "overlap_days",
    "trial_quota",
    "trial_days",
    "statutory",
    "basis",
)


@transaction.atomic
def load_trials(*, actor: Actor) -> int:
    """Fill templates and terms from the seeds where a code or an environment is not known yet; return how many."""
    document = yaml.safe_load((SEEDS / "trials.yaml").read_text(encoding="utf-8"))
    codes = set(TestTemplate.objects.values_list("code", flat=True))
    known = set(EnvironmentTerms.objects.values_list("environment", flat=True))
    fresh = [row for row in document["templates"] if row["code"] not in codes]
    terms = [row for row in document["environments"] if row["environment"] not in known]
    for row in fresh:
        save_template(actor=actor, template=TestTemplate(), **row)
    for row in terms:
        save_terms(actor=actor, **row)
    return len(fresh) + len(terms)


@transaction.atomic
def save_template(*, actor: Actor, template: TestTemplate, reason: str = "", **fields: Any) -> TestTemplate:
    """Add or change a test case of the plan; plans already made keep theirs. Changing one needs a *reason*.

    Raises InvalidInput for parameters that its measure does not know.
    """
    _judge(actor)
    stored = TestTemplate.objects.select_for_update().get(pk=template.pk) if template.pk else TestTemplate()
    before = {name: getattr(stored, name) for name in TEMPLATE_FIELDS} if template.pk else {}
    _write(stored, fields, TEMPLATE_FIELDS)
    errors = _errors(stored)
    if template.pk and not tidy(reason):
        errors["reason"] = [_("Nhập lý do thay đổi")]
    if wrong := wrong_parameters(stored.parameters, required=stored.measure == Measure.LOG):
        errors["parameters"] = [wrong]
    if errors:
        raise InvalidInput(errors)
    stored.save()
    old, new = changed(before, {name: getattr(stored, name) for name in TEMPLATE_FIELDS})
    record_fact(
        actor=actor,
        deed="test_template.saved",
        subject=stored,
        before=old,
        after=new,
        reason=tidy(reason),
        clause="QC10.4",
    )
    return stored


@transaction.atomic
def save_terms(*, actor: Actor, environment: str, reason: str = "", **fields: Any) -> EnvironmentTerms:
    """Set what grants and keys of an environment may have at most; changing it needs a *reason*."""
    _judge(actor)
    known = EnvironmentTerms.objects.select_for_update().filter(environment=environment).first()
    before = {name: getattr(known, name) for name in TERMS_FIELDS} if known else {}
    stored = known or EnvironmentTerms(environment=environment)
    _write(stored, fields, TERMS_FIELDS)
    errors = _errors(stored)
    if known and not tidy(reason):
        errors["reason"] = [_("Nhập lý do thay đổi")]
    if errors:
        raise InvalidInput(errors)
    stored.save()
    old, new = changed(before, {name: getattr(stored, name) for name in TERMS_FIELDS})
    record_fact(actor=actor, deed="environment.terms_set", subject=stored, before=old, after=new, reason=tidy(reason))
    return stored


def _judge(actor: Actor) -> None:
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này thuộc vai trò Cán bộ vận hành."))


def _write(stored: Any, fields: dict[str, Any], known: tuple[str, ...]) -> None:
    for name in known:
        if name in fields:
            value = fields[name]
            setattr(stored, name, tidy(value) if isinstance(value, str) else value)


def _errors(stored: Any) -> dict[str, list[str]]:
    try:
        stored.full_clean(validate_unique=True)
    except ValidationError as error:
        return {name: list(map(str, texts)) for name, texts in error.message_dict.items()}
    return {}
