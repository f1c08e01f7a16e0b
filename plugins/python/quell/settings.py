"""From the text of the settings to values that were checked, with all that is wrong told at once."""

import dataclasses
import json
import typing
from typing import Any, Callable, Sequence

from wit_world.imports.types import SettingsProblem

_TYPES = {int: "integer", float: "number", str: "string", bool: "boolean", list: "array"}


def setting(default: Any = dataclasses.MISSING, *, description: str, **schema: Any) -> Any:
    """
    A field of the dataclass with the settings. `description` and `schema` are in the words of JSON Schema (`minimum`, `maximum`, `enum`,
    `min_length` and `min_items`), are shown to the operator, and are checked. Without a default the setting must be given. In `quell.toml` the
    field `block_seconds` is called `block-seconds`.
    """
    words = {"description": description} | {_camel_case(word): value for word, value in schema.items()}
    if isinstance(default, list):
        return dataclasses.field(default_factory=lambda: list(default), metadata=words)
    return dataclasses.field(default=default, metadata=words)


def schema_of(settings: type) -> dict[str, Any]:
    """The JSON Schema of settings."""
    fields = dataclasses.fields(settings)
    required = [_name(field) for field in fields if not _has_default(field)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "properties": {_name(field): _schema_of_field(field, hint) for field, hint in _with_types(settings)},
    } | ({"required": required} if required else {})


def read_settings(settings: type, text: str) -> tuple[Any, list[SettingsProblem]]:
    """
    Read settings from the text of a JSON object: each that is not given has its default. The settings are None if there is a problem with
    them.
    """
    try:
        given = json.loads(text)
    except ValueError as error:
        return None, [SettingsProblem("", f"settings are not JSON: {error}")]
    if not isinstance(given, dict):
        return None, [SettingsProblem("", "settings must be a JSON object")]

    fields = {_name(field): (field, hint) for field, hint in _with_types(settings)}
    unknown = [name for name in given if name not in fields]
    problems = [SettingsProblem(_pointer("", name), f"unknown field `{name}`, {_expected(list(fields))}") for name in unknown]
    values = {}
    for name, (field, hint) in fields.items():
        if name in given:
            values[field.name] = given[name]
            problems += _problems(_schema_of_field(field, hint), given[name], _pointer("", name))
        elif not _has_default(field):
            problems.append(SettingsProblem("", f"missing field `{name}`"))
    return (None, problems) if problems else (settings(**values), [])


def _expected(names: list[str]) -> str:
    """What is there in place of a name that is not; in the words of the Rust SDK."""
    quoted = [f"`{name}`" for name in names]
    if not quoted:
        return "there are no fields"
    return f"expected one of {', '.join(quoted)}" if len(quoted) > 2 else f"expected {' or '.join(quoted)}"


def _with_types(settings: type) -> Sequence[tuple[dataclasses.Field, Any]]:
    hints = typing.get_type_hints(settings)
    return [(field, hints[field.name]) for field in dataclasses.fields(settings)]


def _has_default(field: dataclasses.Field) -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def _schema_of_field(field: dataclasses.Field, hint: Any) -> dict[str, Any]:
    schema = dict(field.metadata) | {"type": _TYPES[typing.get_origin(hint) or hint]}
    if schema["type"] == "array":
        (item,) = typing.get_args(hint)
        schema["items"] = {"type": _TYPES[item]} | schema.get("items", {})
    if field.default is not dataclasses.MISSING:
        schema["default"] = field.default
    elif field.default_factory is not dataclasses.MISSING:
        schema["default"] = field.default_factory()
    return schema


def _problems(schema: dict[str, Any], value: Any, path: str) -> list[SettingsProblem]:
    shown = json.dumps(value, ensure_ascii=False)

    def wrong(message: str) -> list[SettingsProblem]:
        return [SettingsProblem(path, message)]

    kind = schema["type"]
    if not _has_type(kind, value):
        return wrong(f"is {shown}; must be {'an' if kind[0] in 'aeiou' else 'a'} {kind}")
    if "enum" in schema and value not in schema["enum"]:
        return wrong(f"is {shown}; must be one of {', '.join(schema['enum'])}")
    minimum, maximum = schema.get("minimum"), schema.get("maximum")
    if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        return wrong(f"is {shown}; must be at least {minimum}" if maximum is None else f"is {shown}; must be from {minimum} to {maximum}")
    if kind == "string" and len(value.strip()) < schema.get("minLength", 0):
        return wrong(f"is {shown}; must not be empty")
    if kind != "array":
        return []
    if len(value) < schema.get("minItems", 0):
        return wrong(f"must have at least {schema['minItems']} item")
    return [problem for index, item in enumerate(value) for problem in _problems(schema["items"], item, _pointer(path, index))]


_FITS: dict[str, Callable[[Any], bool]] = {
    # A bool is an int to Python, and to nobody else. Beyond 64 bits no host reads a number.
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63,
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
}


def _has_type(kind: str, value: Any) -> bool:
    return _FITS[kind](value)


def _name(field: dataclasses.Field) -> str:
    return field.name.replace("_", "-")


def _camel_case(word: str) -> str:
    first, *others = word.split("_")
    return first + "".join(other.capitalize() for other in others)


def _pointer(path: str, step: Any) -> str:
    """One step more of a JSON pointer (RFC 6901)."""
    return f"{path}/{str(step).replace('~', '~0').replace('/', '~1')}"
