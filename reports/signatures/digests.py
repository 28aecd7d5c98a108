"""Does ``Content-Digest`` fit the content, however a form turned its line ends?"""

import base64
import hashlib
import hmac

from django.utils.translation import gettext as _

from broker.problems import Refusal
from broker.signing import content_digest
from broker.verifying import read_digest
from reports.signatures.findings import Finding, State
from reports.signatures.sent import Sent


def digest_of(sent: Sent, body: str, body_digest: str) -> Finding:
    """Return whether ``Content-Digest`` is of the right form and fits *body*, or the digest given instead of it."""
    title, given = "Content-Digest", sent.header("content-digest")
    if given is None:
        return Finding(title, State.WRONG, _("Thiếu; nội dung rỗng cũng phải có tiêu đề này"))
    try:
        claimed = read_digest(given)
    except Refusal:
        text = _("Không đúng dạng sha-256=:base64: (một thuật toán, base64 chuẩn có dấu =)")
        return Finding(title, State.WRONG, text, "malformed-request")
    known = _known_digest(body_digest)
    if known is not None:
        return _compared(title, hmac.compare_digest(known, claimed))
    if not body and sent.method in ("GET", "HEAD", "DELETE"):
        return _compared(title, content_digest(b"") == given)
    if not body:
        return Finding(title, State.UNKNOWN, _("Đúng dạng; dán nội dung hoặc mã băm của nội dung để so"))
    for said, content in _bodies(body):
        if hashlib.sha256(content).digest() == claimed:
            return Finding(title, State.RIGHT, said)
    return _compared(title, same=False)


def _compared(title: str, same: bool) -> Finding:
    if same:
        return Finding(title, State.RIGHT, _("Khớp với nội dung"))
    text = _("Không khớp với nội dung; tính lại trên đúng các byte gửi đi, sau khi đã nén chữ hay thêm xuống dòng")
    return Finding(title, State.WRONG, text, "digest-mismatch")


def _known_digest(text: str) -> bytes | None:
    text = text.strip()
    try:
        raw = bytes.fromhex(text) if len(text) == 64 else base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return raw if len(raw) == 32 else None


def _bodies(body: str) -> list[tuple[str, bytes]]:
    """Return the contents a pasted text may stand for: a form turns line ends into CR LF and drops the last."""
    lines = body.replace("\r\n", "\n")
    kinds = (
        (_("Khớp với nội dung"), lines),
        (_("Khớp với nội dung có xuống dòng ở cuối"), f"{lines}\n"),
        (_("Khớp với nội dung bỏ xuống dòng ở cuối"), lines.rstrip("\n")),
        (_("Khớp với nội dung xuống dòng kiểu CR LF"), lines.replace("\n", "\r\n")),
        (_("Khớp với nội dung xuống dòng kiểu CR LF, có cả ở cuối"), lines.replace("\n", "\r\n") + "\r\n"),
    )
    return [(said, content.encode()) for said, content in kinds]
