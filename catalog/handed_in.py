"""A handed-in description, whichever kind it is: OpenAPI (JSON or YAML) or WSDL 1.1 (XML). Pure functions."""

from catalog import openapi, wsdl
from catalog.openapi import Description

_BEGINNINGS = (b"<", b"\xef\xbb\xbf<")


def described(content: bytes) -> Description:
    """Return what *content* says. Raises ``openapi.Refused``."""
    if content.lstrip()[:4].startswith(_BEGINNINGS):
        return wsdl.describe(content)
    return openapi.describe(openapi.read(content))
