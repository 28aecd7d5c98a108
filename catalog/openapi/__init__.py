"""Reading OpenAPI descriptions that others wrote: bounded in size, depth, time and memory; nothing is ever fetched.

``read`` (bytes to a document) > ``describe`` (document to operations, fields and problems) > ``compare`` (with what a
version holds). Pure functions, no models.
"""

from catalog.openapi.difference import Change, Difference, compare
from catalog.openapi.documents import read
from catalog.openapi.operations import describe
from catalog.openapi.shapes import Description, Operation, Problem, Refused

__all__ = ["Change", "Description", "Difference", "Operation", "Problem", "Refused", "compare", "describe", "read"]
