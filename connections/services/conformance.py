"""Message samples of a dossier, and their run against the structure they must follow (QC4.9, QC9.8, QC10.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from catalog.choices import ProfileForm
from catalog.models import MessageProfile
from connections.choices import AttachmentKind, Probe
from connections.models import ConnectionRequest, EvidenceRun, MessageSample
from connections.services.evaluation import judge_evaluator, require_evaluator
from connections.services.evidence import Outcome, keep_run
from connections.services.moves import lock
from core import clock
from core.actor import Actor
from core.files import fetch
from core.formats import BadMessage, looks_like_xml, xml_text
from core.inspector import explain, inspect_messages
from core.problems import GuardRefused, InvalidInput
from core.text import tidy

MOST_BYTES = 256 * 1024
MOST_SAMPLES = 20


@dataclass(frozen=True, slots=True)
class Sample:
    """One message to run; ``key`` names its row, as guards and runs do.

    ``unread`` says why a file holds no text, "" where it does.
    """

    key: str
    name: str
    text: str
    unread: str = ""


@transaction.atomic
def add_sample(*, actor: Actor, request: ConnectionRequest, name: str, text: str) -> MessageSample:
    """Keep a message as it was handed in. Raises InvalidInput (fields ``sample_name``, ``sample_text``)."""
    stored = lock(request)
    require_evaluator(actor, stored)
    called, errors = tidy(name), {}
    if not called or len(called) > 200:
        errors["sample_name"] = [_("Đặt tên mẫu, tối đa 200 ký tự")]
    if not text.strip():
        errors["sample_text"] = [_("Dán nội dung thông điệp dạng JSON hoặc XML")]
    elif len(text.encode()) > MOST_BYTES:
        errors["sample_text"] = [_("Mẫu nặng quá 256 KB; dùng mẫu ngắn hơn")]
    elif "\0" in text:
        errors["sample_text"] = [_("Mẫu có ký tự không in được; chép lại từ tệp văn bản")]
    live = stored.samples.filter(removed_at__isnull=True)
    if live.count() >= MOST_SAMPLES:
        errors["sample_text"] = [_("Mỗi hồ sơ giữ tối đa %(n)d mẫu; bỏ bớt trước") % {"n": MOST_SAMPLES}]
    if errors:
        raise InvalidInput(errors)
    try:
        with transaction.atomic():
            made = MessageSample.objects.create(
                request=stored, name=called, text=text, added_by_id=actor.user_id or 0, added_at=clock.now()
            )
    except IntegrityError as error:
        raise InvalidInput({"sample_name": [_("Hồ sơ đã có mẫu mang tên này")]}) from error
    record_fact(actor=actor, deed="request.sample_added", subject=stored, after={"name": called}, clause="QC9.8")
    return made


@transaction.atomic
def remove_sample(*, actor: Actor, sample: MessageSample) -> None:
    """Leave a sample out of later runs; what was run on it stays readable."""
    stored = lock(sample.request)
    require_evaluator(actor, stored)
    held = MessageSample.objects.select_for_update().get(pk=sample.pk)
    if held.removed_at is None:
        held.removed_at = clock.now()
        held.save()
        record_fact(
            actor=actor, deed="request.sample_removed", subject=stored, before={"name": held.name}, clause="QC9.8"
        )


def run_messages(*, actor: Actor, request: ConnectionRequest, profile: MessageProfile | None) -> EvidenceRun:
    """Run every sample of a dossier against *profile* and keep what came out as evidence.

    Raises InvalidInput without a profile in force (field ``profile``), GuardRefused where there is no sample.
    """
    judge_evaluator(actor, request)
    if profile is None or not MessageProfile.objects.in_force(clock.today()).filter(pk=profile.pk).exists():
        raise InvalidInput({"profile": [_("Chọn cấu trúc thông điệp đang áp dụng")]})
    samples = list(samples_of(request))
    if not samples:
        raise GuardRefused(_("Hồ sơ chưa có mẫu thông điệp nào để chạy; nhập mẫu hoặc yêu cầu cơ quan bổ sung."))
    outcome = judged(profile, samples)
    return keep_run(actor=actor, request=request, probe=Probe.MESSAGES, outcome=outcome)


def judged(profile: MessageProfile, samples: Sequence[Sample]) -> Outcome:
    """Return what comes of running *samples* against *profile*; one child process reads them all.

    A sample in the other form is judged as what it becomes on its way to a source system of the structure's form.
    """
    found = Outcome(str(profile), profile=profile, samples=[item.key for item in samples])
    wrong = 0
    seen = iter(inspect_messages([item.text for item in samples if not item.unread], profile.judged_by))
    for item in samples:
        findings = [{"pointer": "", "code": "encoding", "vi": item.unread}] if item.unread else next(seen).findings
        wrong += bool(findings)
        if not findings:
            found.say(_line(item, profile, _("đúng cấu trúc")), ok=True)
        for finding in findings:
            found.say(_line(item, profile, explain(finding)), ok=False, pointer=finding["pointer"] or "/")
    told = {"n": len(samples), "wrong": wrong}
    found.summary = (
        _("%(wrong)d trong %(n)d mẫu chưa đúng cấu trúc") % told if wrong else _("%(n)d mẫu đều đúng cấu trúc") % told
    )
    return found


def samples_of(request: ConnectionRequest) -> Iterator[Sample]:
    """Give the messages a run covers: those the agency attached, then those typed here."""
    for file in request.attachments.current().filter(kind=AttachmentKind.MESSAGE_SAMPLE):
        yield _attached(f"file:{file.pk}", file.name, fetch(file.sha256))
    for row in request.samples.filter(removed_at__isnull=True):
        yield Sample(f"typed:{row.pk}", row.name, row.text)


def _attached(key: str, name: str, content: bytes) -> Sample:
    """Return a file as a sample: text by its byte order mark or XML declaration, else UTF-8."""
    try:
        return Sample(key, name, xml_text(content))
    except BadMessage as bad:
        return Sample(key, name, "", unread=bad.detail)


def _line(sample: Sample, profile: MessageProfile, text: str) -> str:
    """Return what is said of a sample, and that it was converted where it was."""
    is_xml = looks_like_xml(sample.text)
    values = {"name": sample.name, "text": text}
    if sample.unread or is_xml == (profile.form == ProfileForm.XSD):
        return _("Mẫu «%(name)s»: %(text)s") % values
    if is_xml:
        return _("Mẫu «%(name)s» (XML, đã chuyển sang JSON): %(text)s") % values
    return _("Mẫu «%(name)s» (JSON, đã chuyển sang XML): %(text)s") % values
