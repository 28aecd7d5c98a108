"""Messages in JSON and XML: strict reading, and one documented, reversible mapping between the two."""

from core.formats.from_xml import from_xml, name_of
from core.formats.json_reading import read_json, write_json
from core.formats.refusals import BadMessage
from core.formats.to_xml import to_xml
from core.formats.xml_reading import in_utf8, looks_like_xml, read_xml, xml_text

__all__ = ["BadMessage", "from_xml", "in_utf8", "looks_like_xml", "name_of", "read_json", "read_xml"]
__all__ += ["to_xml", "write_json", "xml_text"]
