"""Documents to read: our own, and the shared ones where they are."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def own_documents(root: Path) -> dict[str, str]:
    """Every scenario document of this project, by its file's name."""
    paths = [*root.glob("examples/*.md"), *root.glob("data/scenarios/*.md")]
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(paths)}
    return {name: text for name, text in texts.items() if "电话拨打方" in text}


@pytest.fixture(scope="session")
def shared_documents(shared: Path) -> dict[str, str]:
    """The shared scenario documents and the two shared seeds that are scenarios."""
    paths = [*sorted(shared.glob("scenarios/*.md")), *sorted(shared.glob("seeds/00[01]_*"))]
    return {path.stem: path.read_text(encoding="utf-8") for path in paths}
