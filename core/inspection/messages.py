"""A message against a JSON Schema (draft 2020-12), and the schema itself. Pure, no Django, nothing fetched."""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from core import formats
from core.inspection.child import Job, each, live
from core.inspection.hardness import findings_of
from core.inspection.reading import escape, read_json, walk

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MOST = 50
_SCALARS = (str, int, float, bool)
Finding = dict[str, Any]


def check_schema(schema: Any) -> list[Finding]:
    """Return what is wrong with a schema: no object, another draft, a reference outwards or to nothing, bad words."""
    if not isinstance(schema, dict):
        return [_finding("", "no-object")]
    if schema.get("$schema", DIALECT).rstrip("#") != DIALECT:
        return [_finding("/$schema", "other-draft", expected=DIALECT)]
    checker = Draft202012Validator(
        Draft202012Validator.META_SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER, registry=REGISTRY
    )
    found = [of(error) for error, _n in zip(checker.iter_errors(schema), range(MOST), strict=False)]
    return found or list(_references(schema)) or list(findings_of(schema))[:MOST]


def compiled(schema: dict[str, Any]) -> Draft202012Validator:
    """Return the validator of a schema that :func:`check_schema` let through."""
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER, registry=REGISTRY)


def inspect(checker: Draft202012Validator, message: Any) -> list[Finding]:
    """Return where *message* leaves the schema, fifty findings at most."""
    found: dict[tuple[str, str], Finding] = {}
    for error in checker.iter_errors(message):
        item = of(error)
        found.setdefault((item["pointer"], item["code"]), item)
        if len(found) >= MOST:
            break
    return list(found.values())


def _references(schema: dict[str, Any]) -> Iterator[Finding]:
    resolver = REGISTRY.resolver_with_root(DRAFT202012.create_resource(schema))
    for place, part, _depth in walk(schema):
        for word in ("$ref", "$dynamicRef"):
            target = part.get(word) if isinstance(part, dict) else None
            if isinstance(target, str) and not target.startswith("#"):
                yield _finding(f"{place}/{word}", "remote-ref", actual=target[:200])
            elif isinstance(target, str):
                try:
                    resolver.lookup(target)
                except Unresolvable:
                    yield _finding(f"{place}/{word}", "broken-ref", actual=target[:200])


def of(error: ValidationError) -> Finding:
    """Return an error of a schema as a finding: pointer, the rule that was broken, what was expected and found."""
    pointer = "".join(f"/{escape(step)}" for step in error.absolute_path)
    word, value, instance = str(error.validator), error.validator_value, error.instance
    values: dict[str, Any] = {}
    if word == "required" and isinstance(instance, dict):
        values["expected"] = [name for name in value if name not in instance]
    elif word in ("additionalProperties", "unevaluatedProperties") and isinstance(instance, dict):
        known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        values["expected"] = [name for name in instance if name not in known][:20]
    elif isinstance(value, _SCALARS) or (isinstance(value, list) and all(isinstance(i, _SCALARS) for i in value)):
        values["expected"] = value
    if isinstance(instance, _SCALARS):
        values["actual"] = str(instance)[:120]
    return _finding(pointer, word, **values)


def _finding(pointer: str, code: str, **values: Any) -> Finding:
    return {"pointer": pointer, "code": code, **values}


def _work(job: Job) -> Job:
    if "schema" not in job:
        return {"findings": check_schema(read_json(job["text"]))}
    checker = compiled(job["schema"])
    return each(job["texts"], lambda text: inspect(checker, _as_carried(text)))


def _as_carried(text: str) -> Any:
    """Return the data of a message, read as strictly as the broker reads it: a name given twice is no message.

    XML becomes JSON first, as it does on its way to a source system that takes JSON.
    """
    if formats.looks_like_xml(text):
        return formats.from_xml(formats.read_xml(text.encode(), "utf-8"))
    read_json(text)
    return formats.read_json(text.encode())


if __name__ == "__main__":
    live(_work)
