"""What every test can count on: no network, English messages, and the shared inputs where they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket

from kefu.i18n import use_language

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("CI") == "true" and not SHARED.is_dir():
        raise pytest.UsageError(f"CI needs the shared inputs: no folder {SHARED}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if SHARED.is_dir():
        terminalreporter.write_line("shared inputs: used")
    else:
        terminalreporter.write_line("shared inputs: absent (no folder ../shared), the cases that read them are skipped")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the machine speaks, tests see the English source strings unless they choose a language."""
    monkeypatch.setenv("KEFU_LANG", "en")
    use_language(None)
    yield
    use_language(None)


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared inputs; a test that asks for it is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("no folder ../shared")
    return SHARED


@pytest.fixture
def loopback(socket_enabled: None) -> Iterator[None]:
    """The network of this machine alone, for a test that runs a server of its own."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()  # the next test's own set-up forbids it; a ban from here would outlast that
