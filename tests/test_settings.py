"""Settings: the environment before the file, and no file that is silently not understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from kefu.errors import InputError
from kefu.settings import SETTINGS, Settings, data_folder, read_settings, store_place

KNOWN = (
    "known are lang, debug, base_url, api_key, model, cache, agent_key, agent_timeout, data_dir, database_url, models"
)
KEY = "sk-planted0123456789"


def write(folder: Path, text: str) -> Path:
    path = folder / "kefu.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _no_data_folder_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)


def test_nothing_set(tmp_path: Path) -> None:
    assert read_settings({}, tmp_path / "absent.toml") == Settings(lang="", debug=False)


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, 'lang = "zh_CN"\ndebug = true\n')
    assert read_settings({}, file) == Settings(lang="zh_CN", debug=True)
    assert read_settings({"KEFU_LANG": "en", "KEFU_DEBUG": "0"}, file) == Settings(lang="en", debug=False)


@pytest.mark.parametrize("off", ["0", "false", "No", "off"])
def test_what_counts_as_off(tmp_path: Path, off: str) -> None:
    assert not read_settings({"KEFU_DEBUG": off}, tmp_path / "absent.toml").debug


def test_a_strange_key_is_an_error_that_names_the_known_ones(tmp_path: Path) -> None:
    file = write(tmp_path, 'colour = "red"\n')
    with pytest.raises(InputError) as caught:
        read_settings({}, file)
    assert str(caught.value) == f"{file}: unknown setting colour; {KNOWN}"


def test_a_broken_file_is_an_error(tmp_path: Path) -> None:
    file = write(tmp_path, "lang = zh\n")
    with pytest.raises(InputError, match=r"kefu\.toml: .*; mend the file or move it away"):
        read_settings({}, file)


def test_the_table_is_what_is_read() -> None:
    beside = {"models", "environment", "file"}
    assert {setting.key for setting in SETTINGS} == set(Settings.__dataclass_fields__) - beside


def test_a_key_is_never_shown(tmp_path: Path) -> None:
    file = write(tmp_path, f'api_key = "{KEY}"\nagent_key = "{KEY}"\n[models.a]\napi_key = "{KEY}"\n')
    assert KEY not in repr(read_settings({"OTHER": KEY}, file))


@pytest.mark.parametrize("value", ["soon", "0", "-1", "nan", "1e9"])
def test_a_time_that_is_none(tmp_path: Path, value: str) -> None:
    with pytest.raises(InputError) as caught:
        read_settings({"KEFU_AGENT_TIMEOUT": value}, tmp_path / "absent.toml")
    assert str(caught.value) == (
        f"KEFU_AGENT_TIMEOUT: '{value}' is not a number of seconds up to 3600; write 60, or leave it out"
    )


def test_models_must_be_tables(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"models is not a table; write \[models.NAME\] above each model"):
        read_settings({}, write(tmp_path, "models = 3\n"))


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {"HOME": "/home/lan"}, "/home/lan/.local/share/kefu"),
        ("linux", {"HOME": "/home/lan", "XDG_DATA_HOME": "/data"}, "/data/kefu"),
        ("linux", {"HOME": "/home/lan", "XDG_DATA_HOME": "data"}, "/home/lan/.local/share/kefu"),
        ("darwin", {"HOME": "/Users/lan"}, "/Users/lan/Library/Application Support/kefu"),
        ("win32", {"LOCALAPPDATA": "/lan/AppData/Local"}, "/lan/AppData/Local/kefu"),
        ("win32", {"USERPROFILE": "/lan"}, "/lan/AppData/Local/kefu"),
    ],
)
def test_data_lies_where_the_system_keeps_it(
    monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict[str, str], folder: str
) -> None:
    monkeypatch.setattr("kefu.settings.sys.platform", platform)
    assert data_folder(environment) == Path(folder)


def test_the_database_is_a_file_of_the_folder_or_what_the_url_says(tmp_path: Path) -> None:
    absent = tmp_path / "absent.toml"
    assert store_place(read_settings({"KEFU_DATA_DIR": str(tmp_path)}, absent)) == str(tmp_path / "kefu.db")
    assert store_place(read_settings({"HOME": "/lan", "KEFU_DATA_DIR": "~/calls"}, absent)) == "/lan/calls/kefu.db"
    url = "postgresql://kefu:geheim123@db/kefu"
    settings = read_settings({"KEFU_DATABASE_URL": url, "KEFU_DATA_DIR": str(tmp_path)}, absent)
    assert store_place(settings) == url
    assert "geheim123" not in repr(settings)
