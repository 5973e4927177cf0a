"""Which language is spoken, and that the Chinese catalogue is there and whole."""

from __future__ import annotations

import pytest

from kefu.i18n import CHINESE, ENGLISH, gettext, language, marked, translations, use_language


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({"KEFU_LANG": "zh_CN", "LANG": "en_US.UTF-8"}, CHINESE),
        ({"KEFU_LANG": "en", "LANG": "zh_CN.UTF-8"}, ENGLISH),
        ({"KEFU_LANG": "zh-Hans"}, CHINESE),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, ENGLISH),
        ({"LANG": "zh_CN.UTF-8"}, CHINESE),
        ({"LANG": "de_DE.UTF-8"}, ENGLISH),
        ({}, ENGLISH),
    ],
)
def test_the_language_is_the_first_that_is_set(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], spoken: str
) -> None:
    for name in ("KEFU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    use_language(None)  # look again
    assert language() == spoken


def test_a_chosen_language_goes_before_the_environment() -> None:
    use_language("zh_CN")
    assert gettext("no such file or folder") == "没有这个文件或文件夹"
    use_language(None)
    assert gettext("no such file or folder") == "no such file or folder"


def test_a_marked_word_is_translated_where_it_is_shown() -> None:
    assert marked("met") == "met"
    assert translations(CHINESE).gettext("met") == "完成"
    assert translations("fr").gettext("met") == "met"
