"""Sentences of Python and the system are said in the language of the reader, and unknown ones as they are."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import pytest

from kefu.foreign import of_json, of_system, of_toml
from kefu.i18n import use_language


def json_error(text: str) -> json.JSONDecodeError:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(text)
    return caught.value


BROKEN = ["", "{", '{"a" 1}', '{"a": 1 "b"}', "[1 2]", "[1] 2", '"a', '"\n"', '"\\x"', '"\\u12"', '{"a": 1,}', "[1,]"]


@pytest.mark.parametrize("text", BROKEN)
def test_what_the_json_parser_says_is_chinese_for_chinese_readers(text: str) -> None:
    broken = json_error(text)
    assert of_json(broken) == broken.msg.removesuffix(": ")
    use_language("zh_CN")
    assert any("一" <= c <= "鿿" for c in of_json(broken)), broken.msg


def test_the_system_says_it_in_small_letters_or_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(OSError) as absent:  # noqa: PT011 -- its words are what is tested
        (tmp_path / "absent").read_text()
    with pytest.raises(OSError) as folder:  # noqa: PT011
        tmp_path.read_text()
    assert of_system(absent.value) == "no such file or directory"
    assert of_system(folder.value) == "is a directory"
    use_language("zh_CN")
    assert of_system(absent.value) == "没有这个文件或文件夹"
    assert of_system(folder.value) == "是文件夹，不是文件"


def test_what_nobody_has_translated_is_passed_on() -> None:
    use_language("zh_CN")
    assert of_system(OSError(18, os.strerror(18))) == os.strerror(18).lower()
    assert of_system(OSError()) == "oserror"
    assert of_json(json.JSONDecodeError("Something new", "", 0)) == "Something new"
    assert of_toml(ValueError("something else")) == "something else"


def test_the_place_in_a_toml_file_is_said_apart() -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads("a = 1\nb = ?\n")
    assert of_toml(caught.value) == "Invalid value, line 2, column 5"
    with pytest.raises(tomllib.TOMLDecodeError) as ended:
        tomllib.loads("a = [")
    assert of_toml(ended.value) == "Invalid value, at the end"
    use_language("zh_CN")
    assert of_toml(caught.value) == "Invalid value，第 2 行第 5 列"
