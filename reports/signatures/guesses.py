"""Usual mistakes of signing, tried one by one: does the signature fit the text this mistake would have made?"""

import base64
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote

from django.utils.translation import gettext as _

from broker.signing import HMAC_SHA256, OFFICER, PROCEDURE, signature_base
from broker.verifying import Signed, fits
from reports.signatures.sent import Sent

Parts = dict[str, str]


def parts_of(sent: Sent, params: str) -> Parts:
    """Return the parts of the text the broker would check."""
    return {
        "method": sent.method,
        "authority": sent.authority,
        "path": sent.path,
        "query": sent.query,
        "digest": sent.header("content-digest") or "",
        "grant": sent.header("x-lgsp-grant") or "",
        "purpose": sent.header("x-lgsp-purpose") or "",
        "params": params,
        "procedure": sent.header(PROCEDURE) or "",
        "officer": sent.header(OFFICER) or "",
    }


def mistake(algorithm: str, secret: bytes, parts: Parts, signed: Signed) -> str:
    """Return which mistake the signature comes from, in words; "" where it is none of the usual ones."""
    text = signature_base(**parts)
    for said, wrong in _texts(parts, text):
        if fits(algorithm, secret, wrong, signed):
            return said
    if algorithm == HMAC_SHA256:
        for said, other in _secrets(secret):
            if fits(algorithm, other, text, signed):
                return said
    for said, raw in _encodings(signed.signature):
        again = Signed(signed.params, signed.created, signed.nonce, signed.keyid, signed.alg, raw)
        if fits(algorithm, secret, text, again):
            return said
    return ""


def _texts(parts: Parts, text: bytes) -> Iterator[tuple[str, bytes]]:
    yield _("Văn bản được ký có thêm ký tự xuống dòng ở cuối; bỏ đi"), text + b"\n"
    yield _("Các dòng được nối bằng CR LF; chỉ dùng LF"), text.replace(b"\n", b"\r\n")
    yield _("Văn bản được ký thiếu dòng %(line)s") % {"line": '"@signature-params"'}, text.rpartition(b"\n")[0]
    yield (
        _("Dòng %(line)s còn «lgsp=» ở đầu; bỏ đi") % {"line": '"@signature-params"'},
        signature_base(**{**parts, "params": f"lgsp={parts['params']}"}),
    )
    yield _("Tên các dòng được ký không có dấu nháy kép"), _unquoted(text)
    for name, value, said in _changed(parts):
        if value != parts[name]:
            yield said, signature_base(**{**parts, name: value})


def _changed(parts: Parts) -> Iterator[tuple[str, str, str]]:
    """Give parts as mistaken programs write them; what is not ASCII cannot be signed and is left out."""
    host, _colon, _port = parts["authority"].partition(":")
    yield "method", parts["method"].lower(), _("Phương thức được ký bằng chữ thường; ký chữ hoa")
    yield "authority", host, _("Dòng %(line)s được ký thiếu cổng; ký đúng tiêu đề Host") % {"line": '"@authority"'}
    yield (
        "authority",
        f"{host}:443",
        _("Dòng %(line)s được ký thêm cổng 443; ký đúng tiêu đề Host") % {"line": '"@authority"'},
    )
    yield (
        "authority",
        f"https://{parts['authority']}",
        _("Dòng %(line)s được ký kèm https://; bỏ đi") % {"line": '"@authority"'},
    )
    yield "query", "", _("Dòng %(line)s được ký trống; không có truy vấn thì ký dấu ?") % {"line": '"@query"'}
    yield (
        "query",
        parts["query"].removeprefix("?"),
        _("Dòng %(line)s được ký thiếu dấu ? ở đầu") % {"line": '"@query"'},
    )
    yield (
        "path",
        f"{parts['path']}{parts['query']}",
        _("Dòng %(line)s được ký kèm phần truy vấn; tách ra") % {"line": '"@path"'},
    )
    yield "grant", parts["purpose"], _("Dòng %(line)s được ký bằng mã mục đích") % {"line": '"x-lgsp-grant"'}
    for name in ("path", "query"):
        decoded = unquote(parts[name])
        if decoded.isascii():
            yield name, decoded, _("Đường dẫn hoặc truy vấn được giải mã trước khi ký; ký đúng như gửi")
    yield (
        "path",
        parts["path"].rstrip("/"),
        _("Dòng %(line)s được ký thiếu dấu gạch chéo ở cuối") % {"line": '"@path"'},
    )
    yield "path", f"{parts['path']}/", _("Dòng %(line)s được ký thừa dấu gạch chéo ở cuối") % {"line": '"@path"'}


def _unquoted(text: bytes) -> bytes:
    lines = text.split(b"\n")
    return b"\n".join(line.replace(b'"', b"", 2) for line in lines)


def _secrets(secret: bytes) -> Iterator[tuple[str, bytes]]:
    yield _("Khóa bí mật bị thêm ký tự xuống dòng ở cuối khi đọc từ tệp"), secret + b"\n"
    yield _("Khóa bí mật bị bỏ phần đầu sk_…_; dùng trọn dòng chữ"), secret.rpartition(b"_")[2]
    with_padding = secret.rpartition(b"_")[2] + b"=" * (-len(secret.rpartition(b"_")[2]) % 4)
    with suppress(ValueError):
        yield _("Khóa bí mật bị giải mã base64 trước khi dùng; dùng trọn dòng chữ"), base64.b64decode(with_padding)


def _encodings(signature: bytes) -> Iterator[tuple[str, bytes]]:
    """Give what the signature may have been meant to be: hexadecimal digits, or base64 twice over."""
    with suppress(ValueError):
        raw = bytes.fromhex(signature.decode("ascii"))
        yield _("Chữ ký gửi đi là base64 của chuỗi hex; mã hóa base64 các byte của chữ ký"), raw
    with suppress(ValueError):
        yield _("Chữ ký gửi đi bị mã hóa base64 hai lần"), base64.b64decode(signature, validate=True)
