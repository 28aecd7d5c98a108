"""How an operation of a WSDL is offered to REST callers: as a deed (POST) unless a person says that it only reads.

A WSDL does not say whether an operation changes anything, and what is asked with GET may be asked again by anybody on
the way. So nobody but a person makes it a GET, and only where the request holds nothing but single values.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from catalog.openapi.shapes import Operation
from catalog.soap import Soap, faults_of

READ, DEED = "GET", "POST"
Lines = Mapping[str, str]


def settled(said: Operation, held: Operation | None, reads: Collection[str] | None = None) -> Operation:
    """Return *said* as it is offered; *reads* are the codes of what a person says only reads (None: as *held* is).

    What was entered for the version stays, path and sources of elements alike, while it asks by the same element.
    """
    if said.soap is None:
        return said
    wants = held is not None and held.method == READ if reads is None else said.code in reads
    if held is not None and held.soap is not None and wants == (held.method == READ):
        same = (held.soap.namespace, held.soap.request) == (said.soap.namespace, said.soap.request)
        kept = _carried(said, said.soap, held, held.soap) if same else None
        if kept is not None:
            return kept
    return as_read(said, said.soap) if wants and said.readable else said


def as_read(said: Operation, soap: Soap) -> Operation:
    """Return *said*, asked with GET: each element of its request comes from a query parameter."""
    lines = [_asked(path, source) for path, source in _lines(soap).items()]
    return replace(said, method=READ, soap=replace(soap, parameters="\n".join(lines)))


def _asked(path: str, source: str) -> str:
    return f"{path} = ?{source[1:]}" if source.startswith(".") else f"{path} = {source}"


def _carried(said: Operation, soap: Soap, held: Operation, old: Soap) -> Operation | None:
    """Return *said* at the address and with the sources *held* has; None where they no longer fit together."""
    known = _lines(old)
    lines = []
    for path, source in _lines(soap).items():
        mark = "!" if source.endswith("!") else ""
        kept = known.get(path, "")
        if kept[:1] in ("?", "."):
            lines.append(f"{path} = {kept.removesuffix('!')}{mark}")
        elif kept:
            lines.append(f"{path} = {kept}")
        else:
            lines.append(_asked(path, source) if held.method == READ else f"{path} = {source}")
    made = replace(soap, parameters="\n".join(lines))
    if faults_of(made, held.method, held.template):
        return None
    return replace(said, method=held.method, template=held.template, soap=made)


def _lines(soap: Soap) -> Lines:
    """Return the sources of a request's elements by their path, in order; both sides were judged when they came in."""
    pairs = (line.partition("=") for line in soap.parameters.splitlines() if line.strip())
    return {path.strip(): source.strip() for path, _equals, source in pairs}
