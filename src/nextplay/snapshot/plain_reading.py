"""The common snapshot, in which nothing is odd, read by functions that are written out of pydantic's own schema.

pydantic takes a fifth of a microsecond for each field, present or not. What is plainly sound does not need it: here
every value is looked at by its exact type and bounds, and whatever is not plainly sound is left to pydantic, which
alone refuses and says why. `tests/test_plain_reading.py` holds what is read here equal to what pydantic reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

Reader = Callable[[Any], Any]
Schema = Mapping[str, Any]


class Doubt(ValueError):
    """Something is not plainly sound; whether it is sound at all is for pydantic to say."""


IN_DOUBT: Final = (ValueError, TypeError, KeyError, OverflowError)
"""What a reader may raise."""


def reader_of(schema: Schema) -> Reader:
    """Write the reader of a dataclass from its core schema. Raises `KeyError` for kinds of values it does not know."""
    definitions = {inner["ref"]: inner for inner in schema.get("definitions", ())}
    return _Compiler(definitions).reader(schema["schema"] if definitions else schema)


def _doubt() -> NoReturn:
    raise Doubt


def _number(value: object) -> float:
    """Take a whole number for a number, as pydantic does; nothing else."""
    if type(value) is int:
        return float(value)
    raise Doubt


def _sound(text: str) -> bool:
    """Tell that a text holds no half of a character. Raises `UnicodeEncodeError`."""
    text.encode()
    return True


class _Compiler:
    """Writes one function for each dataclass."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions
        self._constants: dict[str, Any] = {"doubt": _doubt, "number": _number, "sound": _sound}

    def reader(self, schema: Schema) -> Reader:
        """Write how a dataclass is read.

        Its fields are set on a twin with the same slots, which then becomes it: a frozen one sets each the long way.
        """
        fields = {field["name"]: field["schema"] for field in schema["schema"]["fields"]}
        kind: type = schema["cls"]
        absent, twin, made = (self._constant(value) for value in (dict.fromkeys(fields), _twin(kind), kind))
        lines = [
            "if type(value) is not dict: doubt()",
            f"given = {{**{absent}, **value}}",
            f"if len(given) != {len(fields)}: doubt()",
            f"made = {twin}()",
        ]
        for name, inner in fields.items():
            lines += [f"value = given[{name!r}]", *self._field(inner), f"made.{name} = value"]
        return self._function([*lines, f"made.__class__ = {made}", "value = made"])

    def _field(self, schema: Schema) -> list[str]:
        """Write how `value` is judged where `None` is absent."""
        if schema["type"] not in {"default", "nullable"}:
            return self._lines(schema)
        inner = schema["schema"]
        factory = schema.get("default_factory")
        inner = inner["schema"] if inner["type"] == "nullable" else inner
        rest = [] if factory is None else [f"else: value = {self._constant(factory())}"]
        return ["if value is not None:", *_indented(self._lines(inner)), *rest]

    def _lines(self, schema: Schema) -> list[str]:
        """Write how `value` is judged."""
        return _KINDS[schema["type"]](self, schema)

    def text(self, schema: Schema) -> list[str]:
        """Take a text within its bounds."""
        low, high = schema.get("min_length", 0), schema.get("max_length", "len(value)")
        fits = f"type(value) is str and {low} <= len(value) <= {high} and (value.isascii() or sound(value))"
        if "pattern" in schema:
            fits += f" and {self._constant(re.compile(schema['pattern']).fullmatch)}(value)"
        return [f"if not ({fits}): doubt()"]

    def word(self, schema: Schema) -> list[str]:
        """Take a word of a closed list."""
        return [f"value = {self._constant({word: word for word in schema['expected']})}[value]"]

    def whole(self, schema: Schema) -> list[str]:
        """Take a whole number within its bounds."""
        return [f"if type(value) is not int or not {schema['ge']} <= value <= {schema['le']}: doubt()"]

    def number(self, schema: Schema) -> list[str]:
        """Take a number within its bounds; NaN is in none."""
        return [
            "if type(value) is not float: value = number(value)",
            f"if not {schema['ge']} <= value <= {schema['le']}: doubt()",
        ]

    def flag(self, _schema: Schema) -> list[str]:
        """Take true and false."""
        return ["if value is not True and value is not False: doubt()"]

    def own(self, schema: Schema) -> list[str]:
        """Ask our own function, the one that pydantic asks."""
        return [f"value = {self._constant(schema['function']['function'])}(value)"]

    def one_of(self, schema: Schema) -> list[str]:
        """Take a value by the choice of its type; what is neither a text nor a flag is the last choice's."""
        text, flag, number = schema["choices"]
        if [text["type"], flag["type"], number["type"]] != ["str", "bool", "float"]:
            raise KeyError("union")
        return [
            "if type(value) is str:",
            *_indented(self._lines(text)),
            "elif type(value) is not bool:",
            *_indented(self._lines(number)),
        ]

    def rows(self, schema: Schema) -> list[str]:
        """Take a list that is not too long, row by row."""
        (item,) = schema["items_schema"]
        read = self._constant(self.reader(item) if item["type"] == "dataclass" else self._function(self._lines(item)))
        return [
            f"if type(value) not in (list, tuple) or len(value) > {schema['max_length']}: doubt()",
            f"value = tuple([{read}(row) for row in value])",
        ]

    def entries(self, schema: Schema) -> list[str]:
        """Take what is said under free names; `None` is absent."""
        key, said = (
            self._constant(self._function(self._lines(schema[part]))) for part in ("keys_schema", "values_schema")
        )
        return [
            "if type(value) is not dict: doubt()",
            f"value = {{{key}(name): {said}(item) for name, item in value.items() if item is not None}}",
            f"if len(value) > {schema['max_length']}: doubt()",
        ]

    def group(self, schema: Schema) -> list[str]:
        """Take an object of ours."""
        return [f"value = {self._constant(self.reader(schema))}(value)"]

    def defined(self, schema: Schema) -> list[str]:
        """Take what stands under a name in the schema."""
        return self._lines(self._definitions[schema["schema_ref"]])

    def _function(self, lines: list[str]) -> Reader:
        """Make a function that judges `value` and returns what it becomes."""
        made: dict[str, Any] = {}
        source = "\n".join(["def read(value):", *_indented([*lines, "return value"])])
        exec(source, self._constants, made)  # noqa: S102  the source holds names and bounds of our own fields only
        reader: Reader = made["read"]
        return reader

    def _constant(self, value: object) -> str:
        name = f"c{len(self._constants)}"
        self._constants[name] = value
        return name


_KINDS: Final[Mapping[str, Callable[[_Compiler, Schema], list[str]]]] = {
    "bool": _Compiler.flag,
    "dataclass": _Compiler.group,
    "definition-ref": _Compiler.defined,
    "dict": _Compiler.entries,
    "float": _Compiler.number,
    "function-plain": _Compiler.own,
    "int": _Compiler.whole,
    "literal": _Compiler.word,
    "str": _Compiler.text,
    "tuple": _Compiler.rows,
    "union": _Compiler.one_of,
}
"""What a core schema is made of → how it is judged here."""


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _twin(kind: Any) -> type:  # noqa: ANN401  a dataclass with slots
    """Return a class with the same slots, whose fields can be set."""
    return type(kind.__name__, (), {"__slots__": kind.__slots__})
