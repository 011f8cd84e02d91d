"""Who hears of long work: a callable (task, done, total, note)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Union

Progress = Callable[[str, int, int, str], None]
ProgressChoice = Union[Progress, str, None]


class Terminal:
    """One line on standard error, written over."""

    def __init__(self) -> None:
        self._written = 0.0

    def __call__(self, task: str, done: int, total: int, note: str) -> None:
        ends = done >= total
        if not ends and time.monotonic() - self._written < 0.1:
            return
        self._written = time.monotonic()
        share = 100 * done // total if total else 100
        text = f"{task}: {share:3} %" + (f", {note}" if note else "")
        sys.stderr.write("\r\x1b[K" + text + ("\n" if ends else ""))
        sys.stderr.flush()


class Notebook:
    """A bar in a notebook, one for each task."""

    def __init__(self) -> None:
        self._task = ""
        self._display: object = None

    def __call__(self, task: str, done: int, total: int, note: str) -> None:
        from html import escape

        from IPython.display import HTML, display

        bar = HTML(
            f"<progress value='{done}' max='{max(total, 1)}'></progress> {escape(task)} "
            f"<small>{escape(note)}</small>"
        )
        if task != self._task:
            self._task = task
            self._display = display(bar, display_id=True)
        elif self._display is not None:
            self._display.update(bar)  # type: ignore[attr-defined]


def choose(choice: ProgressChoice) -> Progress | None:
    """`auto` is a bar in a notebook, a line on a terminal, and nothing elsewhere."""
    if choice is None or callable(choice):
        return choice
    if choice != "auto":
        raise ValueError(f"progress is {choice!r}; choose 'auto', None or a callable")
    shell = sys.modules.get("IPython")
    if shell is not None and type(shell.get_ipython()).__name__ == "ZMQInteractiveShell":
        return Notebook()
    return Terminal() if sys.stderr.isatty() else None
