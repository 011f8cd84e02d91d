"""Options by the names of the program's configuration keys."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bitline import _core


class Option(NamedTuple):
    """A key of a table, the value that it has unless given (as TOML; empty where it follows from
    others), what it means, and its annotation."""

    table: str
    key: str
    default: str
    meaning: str
    type: str


def options(table: str | None = None) -> list[Option]:
    """Every option, or those of one table; the table "" holds seed, threads and engine, and
    "array.layers" and "adc.layers" what single layers can have of their own."""
    listed = [Option(*field) for field in _core.option_fields()]
    known = sorted({option.table for option in listed})
    if table is not None and table not in known:
        raise ValueError(f"no table is called {table!r}; there are {known}")
    return [option for option in listed if table in (None, option.table)]


def to_toml(tables: Mapping[str, Any]) -> str:
    """Nested tables as TOML; None leaves a key out."""
    lines: list[str] = []
    _write(tables, "", lines)
    return "\n".join(lines) + "\n"


def _write(table: Mapping[str, Any], path: str, lines: list[str]) -> None:
    subtables = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    for key, value in table.items():
        if key not in subtables and value is not None:
            lines.append(f"{_name(key)} = {_value(value, f'{path}.{key}'.lstrip('.'))}")
    for key, value in subtables.items():
        inner = f"{path}.{_name(key)}".lstrip(".")
        lines.append(f"[{inner}]")
        _write(value, inner, lines)


def _name(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _text(key)


def _text(text: str) -> str:
    # JSON's texts are TOML's, but for DEL, which TOML wants written out.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return _text(value)
    if hasattr(value, "tolist"):  # of NumPy, one number too
        return _value(value.tolist(), where)
    if hasattr(value, "__fspath__"):
        return _text(value.__fspath__())
    if isinstance(value, Sequence):
        return "[" + ", ".join(_value(item, where) for item in value) + "]"
    raise TypeError(
        f"{where} is a {type(value).__name__}; give a number, a text, a truth value or a list"
    )
