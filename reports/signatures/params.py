"""What is wrong with a ``Signature-Input``, part by part."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from broker.signing import COMPONENTS, LABEL, OFFICER, PROCEDURE, TAG

_WHOLE = re.compile(r"(?P<label>[^=\s]*)=\((?P<names>[^()]*)\)(?P<rest>.*)\Z", re.DOTALL)
_PARAMETER = re.compile(r';([a-z*][a-z0-9_.*-]*)=("[^"]*"|[^;]*)')
_FORMS = {
    "created": re.compile(r"[0-9]{1,11}\Z"),
    "nonce": re.compile(r'"[A-Za-z0-9_-]{22,128}"\Z'),
    "keyid": re.compile(r'"[!#-\[\]-~]{1,128}"\Z'),
    "alg": re.compile(r'"(?:hmac-sha256|ed25519)"\Z'),
    "tag": re.compile(rf'"{TAG}"\Z'),
}
ORDER = tuple(_FORMS)


def faults_in(text: str) -> Iterator[str]:
    """Give what differs from the profile in the value of a ``Signature-Input`` header; nothing where all is right."""
    found = _WHOLE.match(text)
    if found is None:
        form = "".join(f";{name}=…" for name in ORDER)
        yield _("Không đọc được: giá trị phải theo dạng %(form)s") % {"form": f"{LABEL}=(…){form}"}
        return
    if found["label"] != LABEL:
        yield _("Nhãn là «%(given)s», phải là «%(wanted)s»") % {"given": found["label"][:40], "wanted": LABEL}
    yield from _components(found["names"])
    yield from _parameters(found["rest"])


def _components(text: str) -> Iterator[str]:
    names = [name.strip('"') for name in text.split()]
    if any(not (part.startswith('"') and part.endswith('"')) for part in text.split()):
        yield _("Tên thành phần phải đặt trong dấu nháy kép và cách nhau một dấu cách")
    wanted = list(COMPONENTS)
    missing = [name for name in wanted if name not in names]
    optional = [name for name in (PROCEDURE, OFFICER) if name in names]
    extra = [name for name in names if name not in (*wanted, *optional)]
    if missing:
        yield _("Thiếu thành phần: %(names)s") % {"names": ", ".join(missing)}
    if extra:
        yield _("Thừa thành phần: %(names)s") % {"names": ", ".join(extra)[:200]}
    if not missing and not extra and names != [*wanted, *optional]:
        yield _("Sai thứ tự thành phần; thứ tự đúng: %(names)s") % {"names": ", ".join([*wanted, *optional])}


def _parameters(text: str) -> Iterator[str]:
    pairs = _PARAMETER.findall(text)
    given = [name for name, _value in pairs]
    for name, value in pairs:
        if name in _FORMS and not _FORMS[name].match(value):
            yield _said(name, value)
    missing = [name for name in ORDER if name not in given]
    extra = [name for name in given if name not in ORDER]
    if missing:
        yield _("Thiếu tham số: %(names)s") % {"names": ", ".join(missing)}
    if extra:
        yield _("Thừa tham số: %(names)s") % {"names": ", ".join(extra)[:200]}
    if not missing and not extra and tuple(given) != ORDER:
        yield _("Sai thứ tự hoặc lặp tham số; thứ tự đúng: %(names)s") % {"names": ", ".join(ORDER)}
    if "".join(f";{name}={value}" for name, value in pairs) != text:
        yield _("Có ký tự thừa giữa hoặc sau các tham số")


def _said(name: str, value: str) -> str:
    told = {
        "created": _("là số giây kể từ 01/01/1970, không có dấu nháy"),
        "nonce": _("có 22 đến 128 ký tự trong A-Z a-z 0-9 - _, đặt trong dấu nháy kép"),
        "keyid": _("là khóa truy xuất, đặt trong dấu nháy kép"),
        "alg": _("là hmac-sha256 hoặc ed25519, đặt trong dấu nháy kép"),
        "tag": _("là lgsp-1, đặt trong dấu nháy kép"),
    }
    said = {"name": name, "wanted": told[name], "given": value[:60]}
    return _("«%(name)s» phải %(wanted)s (đã gửi: %(given)s)") % said
