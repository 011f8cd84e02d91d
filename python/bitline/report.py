"""Reports of run folders."""

from __future__ import annotations

import os

from bitline import _core


def report(*folders: str | os.PathLike[str]) -> str:
    """One HTML page about a run, or about several that have ended in comparison."""
    return _core.report([os.fspath(folder) for folder in folders])
