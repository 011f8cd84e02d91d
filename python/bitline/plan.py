"""ADC plans."""

from __future__ import annotations

import json
import os
import pathlib
from html import escape
from typing import Any

from bitline import _core


class Plan:
    """The ADC of every layer. A plan without layers is the lossless one."""

    def __init__(self, core: _core.Plan | None = None) -> None:
        self._core = core if core is not None else _core.Plan()

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Of the JSON that to_json(), and the program, write."""
        return cls(_core.Plan.from_json(text))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Plan:
        """Of a file."""
        return cls.from_json(pathlib.Path(path).read_text(encoding="utf-8"))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the file that every command of the program reads."""
        self._core.save(os.fspath(path))

    def to_json(self) -> str:
        """As docs/adc-plan.schema.json describes it."""
        return self._core.to_json()

    def to_dict(self) -> dict[str, Any]:
        """The same as dictionaries."""
        document: dict[str, Any] = json.loads(self.to_json())
        return document

    @property
    def levels(self) -> dict[str, int]:
        """Levels by layer."""
        return self._core.levels

    def hash(self) -> str:
        """SHA-256 of its JSON."""
        return self._core.hash()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.hash())

    def __repr__(self) -> str:
        levels = sorted(set(self.levels.values()))
        return f"Plan({len(self.levels)} layers, levels {levels})" if levels else "Plan(lossless)"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(layer)}</td><td>{count}</td></tr>"
            for layer, count in self.levels.items()
        )
        return f"<table><tr><th>layer</th><th>levels</th></tr>{rows}</table>"
