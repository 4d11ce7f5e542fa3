"""The tables of docs/settings.md, made from the types of the settings: `make settings`."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jitr.options import CHECKOUT
from jitr_stack.settings import Settings

PAGE = CHECKOUT / "docs" / "settings.md"
MADE = re.compile(r"(<!-- tables: made by `make settings` -->\n).*(<!-- end of the tables -->)", re.DOTALL)
"""Where they stand in the page; what is around them is written by people."""

NO_SETTING = "name"
"""A field that no file may have: it is the file's own name."""

LONGEST_PATTERN = 30
"""Characters of a pattern that says more than the word `text`."""

Schema = Mapping[str, Any]


def renewed(page: str) -> str:
    """Give the page with the tables as the types are now."""
    return MADE.sub(lambda found: f"{found[1]}\n{tables()}\n{found[2]}", page)


def tables() -> str:
    """Give a table for each table of an environment's file."""
    whole = Settings.model_json_schema()
    sections = _sections("", whole, whole["$defs"])
    return "\n".join(_section(path, schema, whole["$defs"]) for path, schema in sections)


def _sections(path: str, schema: Schema, types: Schema) -> Iterator[tuple[str, Schema]]:
    """Walk through the tables, each before those in it."""
    yield path, schema
    for name, each in schema["properties"].items():
        inner, key = _resolved(each, types), f"{path}{name}"
        if "properties" in inner:
            yield from _sections(f"{key}.", inner, types)
        elif (named := _of_any_name(inner, types)) and "properties" in named:
            yield from _sections(f"{key}.<name>.", named, types)


def _section(path: str, schema: Schema, types: Schema) -> str:
    title = f"`[{path.rstrip('.')}]`" if path else "An environment"
    rows = [
        _row(f"{path}{name}", _resolved(each, types))
        for name, each in schema["properties"].items()
        if f"{path}{name}" != NO_SETTING and not _is_table(_resolved(each, types), types)
    ]
    head = "| setting | meaning | may be | default |\n|---|---|---|---|"
    return f"## {title}\n\n{schema['description']}\n\n{head}\n" + "\n".join(rows) + "\n"


def _is_table(schema: Schema, types: Schema) -> bool:
    return "properties" in schema or "properties" in (_of_any_name(schema, types) or {})


def _of_any_name(schema: Schema, types: Schema) -> Schema | None:
    """Give what stands under names that the file chooses; None where it is not such a table."""
    found: Schema = schema.get("additionalProperties") or next(
        iter(schema.get("patternProperties", {}).values()), {}
    )
    return _resolved(found, types) if found else None


def _resolved(schema: Schema, types: Schema) -> Schema:
    """Follow a reference, and leave out that a setting may be left out."""
    given: Schema = next((each for each in schema.get("anyOf", []) if each.get("type") != "null"), {})
    named = types[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else {}
    return {**named, **(_resolved(given, types) if given else {}), **schema}


def _row(key: str, schema: Schema) -> str:
    shown = f"{key}.<name>" if schema.get("type") == "object" else key
    cells = (f"`{shown}`", schema.get("description", ""), _may_be(schema), _default(schema.get("default")))
    return "| " + " | ".join(_in_a_cell(cell) for cell in cells) + " |"


def _in_a_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def _default(value: object) -> str:
    if value is None or value == []:
        return ""
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _may_be(schema: Schema) -> str:
    match schema:
        case {"enum": values}:
            return ", ".join(f"`{value}`" for value in values)
        case {"type": "boolean"}:
            return "`true`, `false`"
        case {"type": "integer" | "number"}:
            return _range(schema)
        case {"type": "array"}:
            return "list of texts"
        case _:
            return _text(schema)


def _text(schema: Schema) -> str:
    if len(schema.get("pattern", "?" * LONGEST_PATTERN)) < LONGEST_PATTERN:
        return f"`{schema['pattern']}`"
    return f"text, up to {schema['maxLength']} characters" if "maxLength" in schema else "text"


def _range(schema: Schema) -> str:
    least = f"from {schema['minimum']}" if "minimum" in schema else f"above {schema['exclusiveMinimum']}"
    return f"{least} to {schema['maximum']}" if "maximum" in schema else least


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text()))
