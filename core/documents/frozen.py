"""An official document as JSON and back: what a database keeps and a template reads."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from core.charts import Chart, Series
from core.documents.layout import (
    Appendix,
    Block,
    ChartBlock,
    Check,
    Document,
    Facts,
    Grid,
    Heading,
    HeadStyle,
    Letterhead,
    Paragraph,
    Sign,
)
from core.text import printable

FORMAT = "lgsp-document-1"
_BLOCKS: Mapping[str, type[Any]] = {
    "heading": Heading,
    "paragraph": Paragraph,
    "facts": Facts,
    "grid": Grid,
    "chart": ChartBlock,
}
_NAMES = {kind: name for name, kind in _BLOCKS.items()}


def freeze(document: Document) -> dict[str, Any]:
    """Return *document* as JSON has it: blocks say what they are, texts keep only what prints."""
    return {"format": FORMAT, **_plain(document)}


def thaw(kept: Mapping[str, Any]) -> Document:
    """Return what :func:`freeze` was given. Raises ValueError for another format."""
    if kept.get("format") != FORMAT:
        raise ValueError(f"not {FORMAT}")
    values = {name: _tuples(value) for name, value in kept.items() if name != "format"}
    values["head"] = Letterhead(**{**kept["head"], "style": HeadStyle(kept["head"]["style"])})
    values["blocks"] = _blocks(kept["blocks"])
    values["signs"] = tuple(Sign(**_each(sign)) for sign in kept["signs"])
    values["made_at"] = datetime.fromisoformat(kept["made_at"])
    values["check"] = Check(**kept["check"]) if kept["check"] else None
    values["appendix"] = _appendix(kept["appendix"]) if kept["appendix"] else None
    values["appendices"] = tuple(map(_appendix, kept.get("appendices", ())))
    return Document(**values)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        said = {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
        return {"block": _NAMES[type(value)], **said} if type(value) in _NAMES else said
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return printable(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _appendix(kept: Mapping[str, Any]) -> Appendix:
    return Appendix(**{**kept, "blocks": _blocks(kept["blocks"])})


def _blocks(kept: list[Mapping[str, Any]]) -> tuple[Block, ...]:
    return tuple(_block(item) for item in kept)


def _block(kept: Mapping[str, Any]) -> Block:
    if kept["block"] == "chart":
        return thaw_chart(kept)
    made: Block = _BLOCKS[kept["block"]](**_each(kept))
    return made


def thaw_chart(kept: Mapping[str, Any]) -> ChartBlock:
    """Return the chart that *kept* is the JSON of."""
    chart = kept["chart"]
    series = tuple(Series(**_each(item)) for item in chart["series"])
    return ChartBlock(chart=Chart(**{**_each(chart), "series": series}), alt=kept["alt"])


def _each(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _tuples(value) for name, value in kept.items() if name != "block"}


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
