"""WSDL 1.1 of a version as SOAP callers meet it: document/literal, types of the catalogue, SOAP 1.1 and 1.2.

What a message holds is one rule for all services (docs/soap.md), the names are those of ``core.soap``. Local elements
carry no namespace.
"""

from collections.abc import Iterable
from typing import Any

from lxml import etree

from catalog.models import DataElement, Operation, ServiceVersion
from catalog.soap import kind_of
from catalog.wsdl.reading import BINDINGS, WSDL
from core.soap import (
    ANSWER,
    BODY,
    MORE,
    PARAMETER,
    PROBLEM,
    QUERY,
    RECORD,
    REST,
    XSD,
    action_of,
    element_of,
    namespace_of,
    response_of,
)
from core.text import fold, printable

_W, _X = f"{{{WSDL}}}", f"{{{XSD}}}"
_SOAP = {version: uri for uri, version in BINDINGS.items()}
_HTTP = "http://schemas.xmlsoap.org/soap/http"
_KINDS = {"integer": "xsd:integer", "number": "xsd:decimal", "boolean": "xsd:boolean"}
_OPEN = frozenset({"doi tuong", "danh sach", "object", "array"})
_WITH_BODY = ("POST", "PUT", "PATCH")
# Of a message that is refused also why, where, by which structure.
_OF_MESSAGES = ("reason", "pointer", "line", "profile")
_PROBLEM_PARTS = ("code", "title", "detail", "status", "side", "request_id", "help", *_OF_MESSAGES)
_ERROR_PARTS = ("pointer", "code", "detail")


def wsdl_of(version: ServiceVersion, operations: Iterable[Operation], address: str) -> bytes:
    """Return the WSDL of *version* with its *operations* (fields prefetched), answered at *address*."""
    service, home = version.service, namespace_of(version.service.code, version.name)
    spaces = {"wsdl": WSDL, "xsd": XSD, "tns": home, "p": PROBLEM, "soap": _SOAP["1.1"], "soap12": _SOAP["1.2"]}
    name = element_of(service.code)
    root = etree.Element(f"{_W}definitions", {"name": name, "targetNamespace": home}, nsmap=spaces)
    _sub(root, f"{_W}documentation", printable(service.title))
    found = list(operations)
    _types(root, home, found)
    _messages(root, found)
    _port_type(root, found)
    ports = {"1.1": "Soap11", "1.2": "Soap12"}
    for release, port in ports.items():
        _binding(root, version, found, release, port)
    node = _sub(root, f"{_W}service", name=name)
    for release, port in ports.items():
        held = _sub(node, f"{_W}port", name=port, binding=f"tns:{port}")
        _sub(held, f"{{{_SOAP[release]}}}address", location=address)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _sub(parent: Any, tag: str, text: str = "", /, **attributes: str) -> Any:
    node = etree.SubElement(parent, tag, attributes)
    if text:
        node.text = text
    return node


def _types(root: Any, home: str, operations: list[Operation]) -> None:
    types = _sub(root, f"{_W}types")
    schema = _sub(types, f"{_X}schema", targetNamespace=home, elementFormDefault="unqualified")
    _content(schema)
    for operation in operations:
        _request(schema, operation)
        _response(schema, operation)
    problem = _sub(types, f"{_X}schema", targetNamespace=PROBLEM, elementFormDefault="unqualified")
    parts = _sequence(_sub(problem, f"{_X}element", name="problem"))
    for name in _PROBLEM_PARTS:
        _sub(parts, f"{_X}element", name=name, type="xsd:string", minOccurs="0")
    errors = _sequence(_sub(parts, f"{_X}element", name="errors", minOccurs="0"))
    error = _sequence(_sub(errors, f"{_X}element", name="error", minOccurs="0", maxOccurs="unbounded"))
    for name in _ERROR_PARTS:
        _sub(error, f"{_X}element", name=name, type="xsd:string")
    answered = _sub(parts, f"{_X}element", name="answer", minOccurs="0")
    _any(answered)


def _sequence(element: Any) -> Any:
    return _sub(_sub(element, f"{_X}complexType"), f"{_X}sequence")


def _any(element: Any) -> None:
    """Let the element hold whatever the mapping of JSON to XML gives."""
    kind = element if element.tag == f"{_X}complexType" else _sub(element, f"{_X}complexType")
    inside = _sub(kind, f"{_X}sequence")
    _sub(inside, f"{_X}any", namespace="##any", processContents="skip", minOccurs="0", maxOccurs="unbounded")
    _sub(kind, f"{_X}anyAttribute", namespace="##any", processContents="skip")


def _content(schema: Any) -> None:
    """Write the types every service has: open content, and the query."""
    _any(_sub(schema, f"{_X}complexType", name="Content"))
    query = _sub(_sub(schema, f"{_X}complexType", name=QUERY), f"{_X}sequence")
    each = _sub(query, f"{_X}element", name=PARAMETER, minOccurs="0", maxOccurs="unbounded")
    text = _sub(_sub(_sub(each, f"{_X}complexType"), f"{_X}simpleContent"), f"{_X}extension", base="xsd:string")
    _sub(text, f"{_X}attribute", name="name", type="xsd:string", use="required")


def _request(schema: Any, operation: Operation) -> None:
    element = _sub(schema, f"{_X}element", name=element_of(operation.code))
    _said(element, operation.title)
    parts = _sequence(element)
    for part in operation.template.split("/"):
        if part.startswith("{"):
            _sub(parts, f"{_X}element", name=part[1:-1], type="xsd:string")
    _sub(parts, f"{_X}element", name=QUERY, type=f"tns:{QUERY}", minOccurs="0")
    if operation.method in _WITH_BODY:
        _sub(parts, f"{_X}element", name=BODY, type="tns:Content", minOccurs="0")


def _response(schema: Any, operation: Operation) -> None:
    parts = _sequence(_sub(schema, f"{_X}element", name=response_of(operation.code)))
    fields = list(operation.elements.all())
    if not fields:
        _sub(parts, f"{_X}element", name=ANSWER, type="tns:Content", minOccurs="0")
        return
    name = f"{element_of(operation.code)}_record"
    _sub(parts, f"{_X}element", name=RECORD, type=f"tns:{name}", minOccurs="0", maxOccurs="unbounded")
    _sub(parts, f"{_X}element", name=REST, type="tns:Content", minOccurs="0")
    record = _sub(_sub(schema, f"{_X}complexType", name=name), f"{_X}sequence")
    for field in fields:
        _field(record, field)
    _sub(record, f"{_X}element", name=MORE, type="tns:Content", minOccurs="0")


def _field(record: Any, field: DataElement) -> None:
    attributes = {"name": field.name, "minOccurs": "0"}
    if fold(field.data_type) in _OPEN:
        element = _sub(record, f"{_X}element", type="tns:Content", maxOccurs="unbounded", **attributes)
    else:
        kind = _KINDS.get(kind_of(field.data_type), "xsd:string")
        element = _sub(record, f"{_X}element", type=kind, nillable="true", **attributes)
    _said(element, field.label)


def _said(element: Any, text: str) -> None:
    if text:
        _sub(_sub(element, f"{_X}annotation"), f"{_X}documentation", printable(text))


def _messages(root: Any, operations: list[Operation]) -> None:
    for operation in operations:
        for name in (element_of(operation.code), response_of(operation.code)):
            _sub(_sub(root, f"{_W}message", name=name), f"{_W}part", name="parameters", element=f"tns:{name}")
    _sub(_sub(root, f"{_W}message", name="problem"), f"{_W}part", name="problem", element="p:problem")


def _port_type(root: Any, operations: list[Operation]) -> None:
    node = _sub(root, f"{_W}portType", name="Data")
    for operation in operations:
        held = _sub(node, f"{_W}operation", name=element_of(operation.code))
        _sub(held, f"{_W}documentation", printable(operation.title))
        _sub(held, f"{_W}input", message=f"tns:{element_of(operation.code)}")
        _sub(held, f"{_W}output", message=f"tns:{response_of(operation.code)}")
        _sub(held, f"{_W}fault", name="problem", message="tns:problem")


def _binding(root: Any, version: ServiceVersion, operations: list[Operation], release: str, port: str) -> None:
    soap = f"{{{_SOAP[release]}}}"
    node = _sub(root, f"{_W}binding", name=port, type="tns:Data")
    _sub(node, f"{soap}binding", style="document", transport=_HTTP)
    for operation in operations:
        held = _sub(node, f"{_W}operation", name=element_of(operation.code))
        action = action_of(version.service.code, version.name, operation.code)
        _sub(held, f"{soap}operation", soapAction=action, style="document")
        for side in ("input", "output"):
            _sub(_sub(held, f"{_W}{side}"), f"{soap}body", use="literal")
        _sub(_sub(held, f"{_W}fault", name="problem"), f"{soap}fault", name="problem", use="literal")
