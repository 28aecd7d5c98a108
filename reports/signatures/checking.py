"""One request looked at as the broker would, question by question, going on where the broker would stop."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from broker.authenticating import OFFICER_ID, PROCEDURE_CODE
from broker.problems import Refusal
from broker.signing import signature_base
from broker.verifying import Signed, check_time, fits, read
from broker.wire import check_host, check_target, read_headers
from reports.signatures.digests import digest_of
from reports.signatures.findings import Finding, State, of_refusal
from reports.signatures.guesses import mistake, parts_of
from reports.signatures.params import faults_in
from reports.signatures.sent import Sent

PREFIX = b"/api/data/"
NEEDED = ("Signature", "Signature-Input", "Content-Digest", "X-LGSP-Grant", "X-LGSP-Purpose")


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key of the reader's own agency: what it is checked with, and why it signs nothing ("": it does)."""

    algorithm: str
    verifier: bytes = field(repr=False)
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text: the broker's and the one that was pasted (None: none was)."""

    expected: str
    received: str | None

    @property
    def differs(self) -> bool:
        """Return whether the pasted line is another."""
        return self.received is not None and self.received != self.expected


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that is told; ``text`` is what the broker would check, "" while headers for it are missing."""

    findings: list[Finding]
    text: str
    lines: list[Line]

    @property
    def fits(self) -> bool:
        """Return whether nothing was found wrong and the signature was checked."""
        return bool(self.findings) and all(item.state is State.RIGHT for item in self.findings)


def keyid_of(sent: Sent) -> str:
    """Return the access key the request names, "" where it cannot be read."""
    _before, mark, rest = (sent.header("signature-input") or "").partition(';keyid="')
    return rest.partition('"')[0][:128] if mark else ""


def check(
    sent: Sent, *, body: str, body_digest: str, signed_text: str, key: OwnKey | None, at: datetime, asked: bool
) -> Outcome:
    """Return what the broker would find at the moment *at*.

    *body_digest* is SHA-256 in hexadecimal or base64 where the content itself is not pasted; *signed_text* is what the
    developer's program signed; *key* is None for one that is not the reader's, whether it exists or not. *asked*: the
    moment was given, not taken to be now.
    """
    findings = [_form(sent), *_host(sent), _present(sent), digest_of(sent, body, body_digest)]
    signed, told = _signed(sent)
    findings += told
    findings += _optional(sent, signed)
    text, lines = "", []
    if (params := _params(sent)) and not [name for name in NEEDED[1:] if sent.header(name) is None]:
        parts = parts_of(sent, params)
        try:
            text = signature_base(**parts).decode()
        except UnicodeEncodeError:
            findings.append(Finding(_("Văn bản được ký"), State.WRONG, _("Địa chỉ hoặc tiêu đề có ký tự ngoài ASCII")))
        lines = _lines(text, signed_text)
    if signed is not None:
        findings.append(_time(signed, at, asked))
    findings += _signature(signed, key, sent, text, signed_text)
    return Outcome([item for item in findings if item is not None], text, lines)


def _form(sent: Sent) -> Finding:
    title = _("Địa chỉ và tiêu đề")
    try:
        query = sent.query.removeprefix("?").encode("utf-8")
        check_target(sent.path.encode("utf-8"), query, PREFIX)
        read_headers([(name.lower().encode("latin-1", "replace"), _raw(value)) for name, value in sent.headers])
    except Refusal as error:
        return of_refusal(title, error)
    if sent.method != sent.method.upper() or not sent.method.isalpha():
        return Finding(title, State.WRONG, _("Phương thức phải viết chữ hoa, ví dụ GET"))
    if sent.header("authorization"):
        text = _("Yêu cầu vừa có chữ ký vừa có tiêu đề Authorization; mỗi yêu cầu chỉ dùng một cách")
        return Finding(title, State.WRONG, text, "credentials-conflict")
    return Finding(title, State.RIGHT, _("Đúng dạng"))


def _raw(value: str) -> bytes:
    return value.encode("utf-8")


def _host(sent: Sent) -> list[Finding]:
    title = _("Tên máy chủ")
    if not sent.authority:
        text = _("Chưa biết: nhập địa chỉ đầy đủ, hoặc thêm tiêu đề Host")
        return [Finding(title, State.UNKNOWN, text)]
    if sent.host and sent.host != sent.authority:
        said = {"host": sent.host[:100], "authority": sent.authority[:100]}
        text = _("Tiêu đề Host là «%(host)s» nhưng địa chỉ là «%(authority)s»; ký theo tiêu đề Host") % said
        return [Finding(title, State.WRONG, text)]
    try:
        check_host(sent.authority.encode("utf-8", "replace"), settings.ALLOWED_HOSTS)
    except Refusal as error:
        return [of_refusal(title, error)]
    return [Finding(title, State.RIGHT, sent.authority)]


def _present(sent: Sent) -> Finding:
    title = _("Các tiêu đề phải có")
    missing = [name for name in NEEDED if sent.header(name) is None]
    if missing:
        text = _("Thiếu: %(names)s") % {"names": ", ".join(missing)}
        return Finding(title, State.WRONG, text, "signature-invalid")
    return Finding(title, State.RIGHT, _("Đủ"))


def _params(sent: Sent) -> str:
    given = sent.header("signature-input") or ""
    return given.partition("=")[2] if "=(" in given else ""


def _signed(sent: Sent) -> tuple[Signed | None, list[Finding]]:
    """Return what the signature headers say if the broker can read them, and what is wrong with them."""
    given, signature = sent.header("signature-input"), sent.header("signature")
    if given is None or signature is None:
        return None, []
    faults = list(faults_in(given))
    told = [Finding("Signature-Input", State.WRONG if faults else State.RIGHT, "; ".join(faults) or _("Đúng dạng"))]
    try:
        return read(given, signature), [*told, Finding("Signature", State.RIGHT, _("Đúng dạng"))]
    except Refusal as error:
        if not faults and error.kind.code == "signature-invalid":
            text = _("Không đúng dạng lgsp=:base64: (base64 chuẩn, có dấu = khi cần)")
            told.append(Finding("Signature", State.WRONG, text, error.kind.code))
        elif not faults:
            told[0] = of_refusal("Signature-Input", error)
        return None, told


def _optional(sent: Sent, signed: Signed | None) -> Iterator[Finding]:
    """Give what there is to say of the two headers a call may have or not: each is sent and signed, or neither."""
    signs = (signed.covers_procedure, signed.covers_officer) if signed is not None else (None, None)
    forms = (
        ("X-LGSP-Procedure", PROCEDURE_CODE, _("Chỉ gồm 1 đến 64 ký tự A-Z a-z 0-9 . _ -")),
        ("X-LGSP-Officer", OFFICER_ID, _("Chỉ gồm 1 đến 64 ký tự A-Z a-z 0-9 . _ @ -")),
    )
    for (title, form, wanted), covered in zip(forms, signs, strict=True):
        value = sent.header(title.lower()) or ""
        if value and not form.fullmatch(value):
            yield Finding(title, State.WRONG, wanted, "malformed-request")
        elif covered is not None and covered is not bool(value):
            text = _("Gửi mà không ký") if value else _("Ký mà không gửi")
            yield Finding(title, State.WRONG, text, "signature-invalid")
        elif value and covered:
            yield Finding(title, State.RIGHT, _("Được gửi và được ký"))


def _time(signed: Signed, at: datetime, asked: bool) -> Finding:
    title, skew = _("Thời điểm ký"), signed.created - int(at.timestamp())
    said = {"skew": abs(skew)}
    text = _("Nhanh %(skew)d giây so với nền tảng") if skew > 0 else _("Chậm %(skew)d giây so với nền tảng")
    try:
        check_time(signed.created, at)
    except Refusal as error:
        more = "" if asked else _("Nếu yêu cầu gửi đã lâu, nhập thời điểm gửi để so lại.")
        return Finding(title, State.WRONG, f"{text % said}. {error.kind.problem.remedy} {more}".strip(), "clock-skew")
    return Finding(title, State.RIGHT, text % said)


def _signature(signed: Signed | None, key: OwnKey | None, sent: Sent, text: str, signed_text: str) -> list[Finding]:
    title = _("Khóa và chữ ký")
    if key is None:
        said = _("Khóa không phải của hệ thống thuộc cơ quan bạn, hoặc không tồn tại; chỉ so được phần văn bản")
        return [Finding(_("Khóa"), State.UNKNOWN, said)]
    found = [Finding(_("Khóa"), State.WRONG, key.why_not)] if key.why_not else []
    if signed is None or not text:
        return [*found, Finding(title, State.UNKNOWN, _("Chưa so được chữ ký: sửa các mục trên trước"))]
    if signed.alg != key.algorithm:
        said = _("Khóa này ký bằng %(wanted)s, yêu cầu ghi %(given)s")
        return [*found, Finding(title, State.WRONG, said % {"wanted": key.algorithm, "given": signed.alg})]
    if fits(key.algorithm, key.verifier, text.encode(), signed):
        return [*found, Finding(title, State.RIGHT, _("Chữ ký khớp với văn bản mà nền tảng tính"))]
    pasted = _pasted(signed_text).encode()
    if pasted and fits(key.algorithm, key.verifier, pasted, signed):
        said = _("Chữ ký đúng với văn bản bạn dán nhưng văn bản ấy khác; sửa các dòng được đánh dấu")
        return [*found, Finding(title, State.WRONG, said, "signature-invalid")]
    why = mistake(key.algorithm, key.verifier, parts_of(sent, signed.params), signed)
    said = why or _(
        "Không khớp. So từng dòng dưới đây với văn bản chương trình đã ký, và kiểm tra khóa bí mật đang dùng"
    )
    return [*found, Finding(title, State.WRONG, said, "signature-invalid")]


def _pasted(text: str) -> str:
    return text.replace("\r\n", "\n").strip("\n")


def _lines(text: str, pasted: str) -> list[Line]:
    expected = text.split("\n") if text else []
    received: list[str | None] = list(_pasted(pasted).split("\n")) if pasted.strip() else []
    if not received:
        return [Line(line, None) for line in expected]
    length = max(len(expected), len(received))
    pairs = zip(expected + [""] * (length - len(expected)), received + [""] * (length - len(received)), strict=True)
    return [Line(*pair) for pair in pairs]
