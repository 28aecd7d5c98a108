"""A problem as a SOAP caller is told it: a fault of its version, our code and request id in the detail."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.conf import settings
from lxml import etree

from core.soap import ENDPOINT, PROBLEM, SOAP_11, SOAP_12
from core.text import printable

if TYPE_CHECKING:
    from broker.incoming import Incoming

_ADDRESS = ENDPOINT.encode()
_XML = "{http://www.w3.org/XML/1998/namespace}"
_TYPES = {"1.1": b"text/xml; charset=utf-8", "1.2": b"application/soap+xml; charset=utf-8"}
_OWN_CODES = {"soap-header-not-understood": "MustUnderstand", "soap-version-mismatch": "VersionMismatch"}
_PARTS = ("code", "title", "detail", "status", "side", "request_id")
# Where and why a message is refused, where that is known.
_OF_MESSAGES = ("reason", "pointer", "line")


def soap_of(incoming: "Incoming") -> str:
    """Return the SOAP version that is spoken with the caller, "" for none; asked where a call is refused."""
    if incoming.soap or not incoming.raw_path.startswith(_ADDRESS):
        return incoming.soap
    kind = incoming.sent.get(b"content-type", b"").lower()
    return "1.2" if kind.startswith(b"application/soap+xml") else "1.1"


def content_type(version: str) -> tuple[bytes, bytes]:
    """Return the header that names the content of a message of *version*."""
    return b"content-type", _TYPES[version]


def fault(document: dict[str, Any], version: str, *, english: bool = False, answer: Any = None) -> tuple[bytes, int]:
    """Return the envelope that tells *document*, a problem, and the HTTP status SOAP gives it.

    ``answer`` is an element that a provider's own words were put into. SOAP 1.1 has one status for faults; in 1.2 a
    Sender's is 400.
    """
    consumer = document["side"] == "consumer"
    own = _OWN_CODES.get(document["code"])
    language = "en" if english else "vi"
    space = SOAP_11 if version == "1.1" else SOAP_12
    root = etree.Element(f"{{{space}}}Envelope", nsmap={"s": space})
    node = etree.SubElement(etree.SubElement(root, f"{{{space}}}Body"), f"{{{space}}}Fault")
    text = printable(str(document["detail"]))
    if version == "1.1":
        etree.SubElement(node, "faultcode").text = f"s:{own or ('Client' if consumer else 'Server')}"
        said = etree.SubElement(node, "faultstring")
        detail = etree.SubElement(node, "detail")
    else:
        code = etree.SubElement(node, f"{{{space}}}Code")
        etree.SubElement(code, f"{{{space}}}Value").text = f"s:{own or ('Sender' if consumer else 'Receiver')}"
        said = etree.SubElement(etree.SubElement(node, f"{{{space}}}Reason"), f"{{{space}}}Text")
        detail = etree.SubElement(node, f"{{{space}}}Detail")
    said.text = text
    said.set(f"{_XML}lang", language)
    _problem(detail, document, answer)
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return content, 400 if version == "1.2" and consumer and not own else 500


def _problem(detail: Any, document: dict[str, Any], answer: Any) -> None:
    problem = etree.SubElement(detail, f"{{{PROBLEM}}}problem", nsmap={"p": PROBLEM})
    for name in _PARTS:
        etree.SubElement(problem, name).text = printable(str(document[name]))
    etree.SubElement(problem, "help").text = urljoin(settings.PUBLIC_URL, document["type"])
    for name in _OF_MESSAGES:
        if name in document:
            etree.SubElement(problem, name).text = printable(str(document[name]))
    if "errors" in document:
        _findings(problem, document)
    if answer is not None:
        problem.append(answer)


def _findings(problem: Any, document: dict[str, Any]) -> None:
    """Tell by which structure the message was judged, and each place where it leaves that."""
    profile = document["profile"]
    etree.SubElement(problem, "profile").text = printable(f"{profile['code']} {profile['version']}")
    errors = etree.SubElement(problem, "errors")
    for item in document["errors"]:
        error = etree.SubElement(errors, "error")
        for name in ("pointer", "code", "detail"):
            etree.SubElement(error, name).text = printable(str(item[name]))
