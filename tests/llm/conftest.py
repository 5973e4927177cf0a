"""Makes the local endpoint importable as ``llm_endpoint`` and ``llm_quick``; its tests may reach 127.0.0.1 only."""

import importlib.util
import sys
from pathlib import Path


def _load(name: str, file: str) -> None:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(file))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


_load("llm_endpoint", "endpoint.py")
_load("llm_quick", "quick.py")
