"""What methods give: numbers with names, as dictionaries, tables for a notebook, and pandas."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from bitline.network import Network
from bitline.plan import Plan


class Record(Mapping[str, Any]):
    """A document, as a run folder has it: by key, by attribute, or as a dictionary."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    @classmethod
    def from_json(cls, text: str) -> Record:
        """Of JSON."""
        return cls(json.loads(text))

    def to_dict(self) -> dict[str, Any]:
        """The document."""
        return self._document

    def __getitem__(self, key: str) -> Any:
        return self._document[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._document)

    def __len__(self) -> int:
        return len(self._document)

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_") or key not in self._document:
            raise AttributeError(f"no member is called {key!r}; there are {list(self._document)}")
        return self._document[key]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._document)})"

    def _repr_html_(self) -> str:
        return _html(self._document)


def _html(value: Any) -> str:
    if isinstance(value, Mapping):
        rows = "".join(f"<tr><th>{escape(str(k))}</th><td>{_html(v)}</td></tr>" for k, v in value.items())
        return f"<table>{rows}</table>"
    if isinstance(value, Sequence) and not isinstance(value, str):
        if value and all(isinstance(row, Mapping) for row in value):
            return Table([dict(row) for row in value])._repr_html_()
        return escape(", ".join(str(item) for item in value))
    return escape(str(value))


class Table(Sequence[Mapping[str, Any]]):
    """Rows with the same columns."""

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self._rows = list(rows)

    @classmethod
    def from_csv(cls, text: str) -> Table:
        """Of CSV with a header; fields that are numbers become numbers. In a column `levels` words
        stand where no ADC is, "lossless" and "float": `kind` has them ("plan" elsewhere), and `levels`
        is None there, so that it holds numbers alone."""
        return cls([_row(row) for row in csv.DictReader(io.StringIO(text))])

    def to_dict(self) -> list[dict[str, Any]]:
        """The rows."""
        return self._rows

    def to_frame(self) -> Any:
        """A pandas DataFrame; needs pandas."""
        import pandas

        return pandas.DataFrame(self._rows)

    def __getitem__(self, index: Any) -> Any:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"Table({len(self)} rows: {', '.join(self._columns())})"

    def _columns(self) -> list[str]:
        return list(dict.fromkeys(key for row in self._rows for key in row))

    def _repr_html_(self) -> str:
        columns = self._columns()
        head = "".join(f"<th>{escape(c)}</th>" for c in columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{_html(row.get(c, ''))}</td>" for c in columns) + "</tr>"
            for row in self._rows
        )
        return f"<table><tr>{head}</tr>{body}</table>"


def _row(fields: dict[str, str]) -> dict[str, Any]:
    row = {key: _number(text) for key, text in fields.items()}
    if "levels" not in row:
        return row
    words = row["levels"] if isinstance(row["levels"], str) else ""
    return {"kind": words or "plan", **row, "levels": None if words else row["levels"]}


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


@dataclass(frozen=True)
class Evaluation:
    """Answers on images."""

    correct: int
    images: int
    loss: float  #: mean cross-entropy, nat
    right: np.ndarray[Any, Any]  #: bool [images]
    top_five: int | None  #: images whose label is among the five likeliest; None for ten classes

    @property
    def accuracy(self) -> float:
        """Share of the images that are answered right."""
        return self.correct / self.images

    @classmethod
    def from_json(cls, text: str) -> Evaluation:
        """Of evaluations/NAME.json of a run folder."""
        document = json.loads(text)
        right = np.frombuffer(document["right"].encode(), dtype=np.uint8) == ord("1")
        images = document["images"]
        loss = document["loss"] / 2**20 / images if images else 0.0
        return cls(document["correct"], images, loss, right, document.get("top_five"))

    def to_dict(self) -> dict[str, Any]:
        """Without the single answers."""
        return {"correct": self.correct, "images": self.images, "accuracy": self.accuracy,
                "loss": self.loss, "top_five": self.top_five}

    def __repr__(self) -> str:
        return f"Evaluation({self.correct} of {self.images} right, {100 * self.accuracy:.2f} %)"

    def _repr_html_(self) -> str:
        return _html(self.to_dict())


@dataclass(frozen=True)
class Search:
    """The best plan, and how it was found."""

    plan: Plan
    correct: int  #: of the plan, on the search sample
    images: int
    curves: Table  #: every candidate; docs/search.md has the columns
    images_measured: int
    images_in_full: int  #: that brute force would have measured; 0: nothing was searched

    def to_dict(self) -> dict[str, Any]:
        """Plan and numbers, without curves."""
        return {"plan": self.plan.to_dict(), "correct": self.correct, "images": self.images,
                "images_measured": self.images_measured, "images_in_full": self.images_in_full}

    def _repr_html_(self) -> str:
        return f"<p>{self.correct} of {self.images} search images</p>" + self.plan._repr_html_()


@dataclass(frozen=True)
class Profile:
    """Partial sums of one layer, plane and input stream with lossless ADCs."""

    layer: str
    plane: int
    stream: int
    minimum: int  #: the smallest possible sum
    counts: np.ndarray[Any, Any]  #: int64, conversions that gave minimum, minimum + 1, ...

    @property
    def sums(self) -> np.ndarray[Any, Any]:
        """The sum that each count is of."""
        return np.arange(self.minimum, self.minimum + len(self.counts))


@dataclass(frozen=True)
class RunResult:
    """A run: its table, and the plan with the fewest levels that is good enough."""

    rows: Table  #: results.csv
    recommended: int | None  #: index of its row
    plan: Plan | None
    doubts: list[str]
    next_steps: list[str]  #: where no plan is good enough

    def to_dict(self) -> dict[str, Any]:
        """All of it."""
        return {"rows": self.rows.to_dict(), "recommended": self.recommended,
                "plan": self.plan.to_dict() if self.plan else None, "doubts": self.doubts,
                "next_steps": self.next_steps}

    def _repr_html_(self) -> str:
        return self.rows._repr_html_()


@dataclass(frozen=True)
class Retrained:
    """A network that learned with ADCs in the loop."""

    network: Network
    plan: Plan  #: that it was trained with; another one where ranges learn
    best_epoch: int  #: that the network is of; 0: no epoch did better than the start
    epochs: Table  #: loss and accuracy of each, of those since it was resumed

    def to_dict(self) -> dict[str, Any]:
        """Plan and numbers."""
        return {"plan": self.plan.to_dict(), "best_epoch": self.best_epoch,
                "epochs": self.epochs.to_dict()}

    def _repr_html_(self) -> str:
        return f"<p>best epoch: {self.best_epoch}</p>" + self.epochs._repr_html_()
