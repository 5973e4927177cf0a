"""Which language is spoken, and that the Chinese catalogue is there and whole."""

from __future__ import annotations

import asyncio
from unicodedata import east_asian_width

import pytest

from kefu import Rehearsal, parse_scenario, rehearse, score_call
from kefu.bench.words import reasons
from kefu.call.call import Call, Phase
from kefu.call.turn import Speaker, Turn
from kefu.errors import IllegalEvent
from kefu.i18n import CHINESE, ENGLISH, gettext, language, marked, translations, use_language
from kefu.score.calibrate import agreement_table, calibrate
from kefu.score.labelled import labelled_from_json


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


DOCUMENT = "# 外呼\n\n## 拨打方\n\n### 流程\n1. 问好：“您好，方便吗？”\n\n## 接听方\n\n### 背景\n- 在家。\n"


def test_why_a_call_ended_is_said_in_the_language_of_the_user() -> None:
    use_language("zh_CN")
    scenario = parse_scenario(DOCUMENT, id="short")
    call = asyncio.run(rehearse(scenario, Rehearsal(max_turns=1)))
    assert call.ending
    assert (call.ending.reason, call.ending.detail) == ("max_turns", "1 轮")


def test_a_turn_that_may_not_be_is_refused_in_the_language_of_the_user() -> None:
    use_language("zh_CN")
    with pytest.raises(IllegalEvent) as caught:
        Call(scenario="a").speak(Turn(speaker=Speaker.CALLER, text=" "))
    assert str(caught.value).startswith("第 0 轮: ")
    assert "caller" not in str(caught.value)


def test_a_reason_on_a_card_names_a_broken_rule_in_words() -> None:
    use_language("zh_CN")
    turns = (
        Turn(speaker=Speaker.CALLER, text="您好，方便吗？"),
        Turn(speaker=Speaker.CUSTOMER, text="方便，你说。"),
        Turn(speaker=Speaker.CALLER, text="你怎么这么笨，烦死了，听不懂人话吗？"),
        Turn(speaker=Speaker.CUSTOMER, text="你这什么态度。"),
    )
    card = score_call(parse_scenario(DOCUMENT, id="short"), Call(scenario="short", turns=turns, phase=Phase.ENDED))
    assert "rude_tone" in {violation.rule.value for violation in card.violations}
    reasons = ", ".join(dimension.reason for dimension in card.dimensions)
    assert "语气" in reasons or "态度" in reasons or "粗" in reasons, reasons
    assert "_" not in reasons


def test_a_report_in_chinese_translates_the_reasons_of_a_card_made_in_english() -> None:
    chinese = translations(CHINESE).gettext
    assert reasons("rude_tone, long turns", chinese) == reasons("rude tone, long turns", chinese)
    assert reasons("long turns", chinese) == "说得偏长"
    assert reasons("说得偏长", chinese) == "说得偏长"
    assert reasons("", chinese) == ""


def test_the_table_of_calibrate_is_chinese_and_its_columns_line_up() -> None:
    use_language("zh_CN")
    line = {"scenario": "short", "turns": [{"speaker": "caller", "text": "您好，方便吗？"}], "steps": {"1": "met"}}
    lines = labelled_from_json(line)
    scenario = parse_scenario(DOCUMENT, id="short")
    shown = agreement_table(calibrate(lines, {"short": scenario}, score_call)).splitlines()
    assert shown[0].startswith("1 份文档的 1 通通话")
    above = [row for row in shown[2:] if "[" in row]
    assert len(above) > 8
    assert len({columns(row.partition("[")[0]) for row in above}) == 1
    assert all(any("一" <= c <= "鿿" for c in row) for row in above)


def columns(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)
