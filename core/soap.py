"""The words of SOAP that more than one floor speaks: namespaces, and how a service is named to SOAP callers.

The rule is generated and stable (docs/soap.md): namespace ``urn:lgsp:data:{service}:{version}``, one element an
operation, its code with ``_`` for ``-`` (codes have no ``_``, so two operations never share an element).
"""

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
XSD = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
# Namespace of the detail of our faults.
PROBLEM = "urn:lgsp:problem"
# What a request holds beside path parameters, which never begin with a capital.
QUERY, PARAMETER, BODY = "Query", "Parameter", "Body"
# What a response holds: each record with its fields, everything else of the answer, or the answer as a whole. A field
# never has a hyphen in its name, so members the catalogue does not name have a place of their own.
RECORD, REST, ANSWER, MORE = "Record", "Rest", "Answer", "more-members"
ENDPOINT = "/api/data/-/soap/"


def namespace_of(service: str, version: str) -> str:
    """Return the namespace of the messages of a service version."""
    return f"urn:lgsp:data:{service}:{version}"


def element_of(code: str) -> str:
    """Return the name of the element that asks for an operation.

    >>> element_of("one-commune")
    'one_commune'
    """
    return code.replace("-", "_")


def response_of(code: str) -> str:
    """Return the name of the element that answers an operation."""
    return f"{element_of(code)}Response"


def action_of(service: str, version: str, code: str) -> str:
    """Return the SOAPAction of an operation."""
    return f"{namespace_of(service, version)}:{element_of(code)}"


def endpoint_of(service: str, version: str) -> str:
    """Return the path SOAP callers send to; no operation's path can begin so, as no service is called ``-``."""
    return f"{ENDPOINT}{service}/{version}"
