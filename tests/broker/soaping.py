"""SOAP as an outsider writes it: envelopes by hand, and the sample provider over real HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

from broker.signing import Credentials
from lgsp.provider.app import ProviderApp
from lgsp.provider.communes import Communes
from lgsp.provider.sandbox import WithSandbox
from tests.broker.live import Live, Reply
from tests.broker.world import signed

SOAP_11, SOAP_12 = "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
HOME = "urn:lgsp:data:administrative-units:v1"
ADDRESS = "/api/data/-/soap/administrative-units/v1"
TYPES = {SOAP_11: "text/xml; charset=utf-8", SOAP_12: "application/soap+xml; charset=utf-8"}


def envelope(inside: str, *, space: str = SOAP_11, home: str = HOME, header: str = "") -> bytes:
    """Write a message whose body holds *inside*, names of the service under the prefix m."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{space}" xmlns:m="{home}">{header}'
        f"<s:Body>{inside}</s:Body></s:Envelope>"
    ).encode()


def post(broker: Live, credentials: Credentials, body: bytes, *, kind: str = TYPES[SOAP_11], **more: str) -> Reply:
    """Send *body* to the service's SOAP address, signed as any call."""
    headers = signed(credentials, broker.authority, ADDRESS, "POST", body=body)
    return broker.send(ADDRESS, {**headers, "Content-Type": kind, **more}, method="POST", body=body)


def told(reply: Reply) -> dict[str, str]:
    """Return a fault as its parts: what SOAP says, and the members of our problem."""
    root = etree.fromstring(reply.body)
    space = etree.QName(root).namespace
    fault = root.find(f"{{{space}}}Body/{{{space}}}Fault")
    assert fault is not None, reply.body
    new = space == SOAP_12
    code = fault.findtext(f"{{{space}}}Code/{{{space}}}Value" if new else "faultcode")
    text = fault.find(f"{{{space}}}Reason/{{{space}}}Text" if new else "faultstring")
    problem = fault.find(".//{urn:lgsp:problem}problem")
    assert code is not None
    assert text is not None
    assert problem is not None
    language = text.get("{http://www.w3.org/XML/1998/namespace}lang", "")
    parts = {item.tag: item.text or "" for item in problem}
    return {"fault": code, "text": text.text or "", "language": language, **parts}


@contextmanager
def communes() -> Iterator[Live]:
    """The sample provider, REST and SOAP, behind a server of its own."""
    live = Live(WithSandbox(ProviderApp(Communes.read()))).start()
    try:
        yield live
    finally:
        live.stop()


def rows_of(root: Any, name: str) -> list[dict[str, str]]:
    """Return the children of each element *name* as text."""
    return [{etree.QName(item).localname: item.text for item in row} for row in root.iter(name)]
