"""Who has no model loads no HTTP library."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "kefu",
        "kefu.llm.chat",
        "kefu.llm.ask",
        "kefu.llm.replay",
        "kefu.llm.declaration",
        "kefu.llm.budget",
        "kefu.llm.cache",
    ],
)
def test_the_words_load_neither_aiohttp_nor_pydantic(module):
    code = f"import sys, {module}; print([name for name in ('aiohttp', 'pydantic') if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": "src"}
    )
    assert done.stdout == "[]\n"
