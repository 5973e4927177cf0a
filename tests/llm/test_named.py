"""From the name of a model to its endpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from kefu.errors import InputError, UsageError
from kefu.llm.named import endpoint_named, endpoints_set
from kefu.settings import Settings, read_settings

KEY = "sk-planted0123456789"
DEFAULT = {"KEFU_BASE_URL": "https://one.example/v1", "KEFU_API_KEY": KEY, "KEFU_MODEL": "small"}


def settings(tmp_path: Path, text: str = "", **environment: str) -> Settings:
    file = tmp_path / "kefu.toml"
    file.write_text(text, encoding="utf-8")
    return read_settings(environment, file)


@pytest.mark.parametrize(("name", "model"), [("", "small"), ("default", "small"), ("other-7b", "other-7b")])
def test_the_default_endpoint(tmp_path: Path, name: str, model: str) -> None:
    endpoint = endpoint_named(name, settings(tmp_path, **DEFAULT))
    assert (endpoint.model, endpoint.address, endpoint.api_key.reveal()) == (model, "https://one.example/v1", KEY)


def test_a_table(tmp_path: Path) -> None:
    text = '[models.judge]\nbase_url = "http://localhost:1/v1"\nmodel = "large"\napi_key_env = "OTHER"\n'
    endpoint = endpoint_named("judge", settings(tmp_path, text, OTHER="sk-other-key", **DEFAULT))
    assert (endpoint.name, endpoint.model, endpoint.api_key.reveal()) == ("judge", "large", "sk-other-key")


def test_a_table_without_an_address_is_on_the_default_endpoint(tmp_path: Path) -> None:
    endpoint = endpoint_named("judge", settings(tmp_path, '[models.judge]\nmodel = "large"\n', **DEFAULT))
    assert (endpoint.address, endpoint.model, endpoint.api_key.reveal()) == ("https://one.example/v1", "large", KEY)


def test_the_default_key_goes_to_no_other_address(tmp_path: Path) -> None:
    text = '[models.near]\nbase_url = "http://localhost:1/v1"\nmodel = "large"\n'
    assert not endpoint_named("near", settings(tmp_path, text, **DEFAULT)).api_key


def test_the_context_a_server_can_take(tmp_path: Path) -> None:
    text = '[models.near]\nbase_url = "http://localhost:1/v1"\nmodel = "m"\nlimits = { context_tokens = 8192 }\n'
    assert endpoint_named("near", settings(tmp_path, text)).limits.context_tokens == 8192


def test_nothing_is_set(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        endpoint_named("small", settings(tmp_path, '[models.judge]\nmodel = "large"\n'))
    assert str(caught.value) == (
        f"model:small: no model is called 'small'; models in {tmp_path / 'kefu.toml'}: judge; "
        "set KEFU_BASE_URL, KEFU_API_KEY and KEFU_MODEL, or add a table [models.NAME] to kefu.toml"
    )


def test_an_endpoint_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        endpoint_named("default", settings(tmp_path, KEFU_BASE_URL="https://one.example/v1"))
    assert str(caught.value) == "model default: no model is named; set model, or KEFU_MODEL"


def test_a_table_with_problems_names_them_all_and_no_key(tmp_path: Path) -> None:
    text = f'[models.judge]\napi_key = "{KEY}"\nmodle = "large"\n'
    with pytest.raises(InputError) as caught:
        endpoint_named("judge", settings(tmp_path, text))
    assert str(caught.value) == (
        f"{tmp_path / 'kefu.toml'}: models.judge: modle is not known; base_url is missing; model is missing; "
        "mend the settings"
    )


def test_which_are_set(tmp_path: Path) -> None:
    text = '[models.a]\nmodel = "x"\n[models.b]\nmodel = "y"\n'
    assert endpoints_set(settings(tmp_path, text, **DEFAULT)) == ("a", "b", "default")
    assert endpoints_set(settings(tmp_path, text)) == ("a", "b")
    assert endpoints_set(settings(tmp_path)) == ()
