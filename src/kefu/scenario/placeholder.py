"""Placeholders: the holes that an author left in a text to be filled in.

A bracket that heads a line or holds a condition is a title; a × between digits
multiplies. What looks like a hole must not be spoken as it stands.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from kefu.scenario.markdown import Row
from kefu.scenario.model import Item, Line, Placeholder, Scenario

__all__ = ["find_placeholders", "leaves_a_choice", "placeholders_in", "placeholders_of", "texts_of"]

_SHORT = 160
"""Characters of a text whose holes are remembered."""
_HINT = re.compile(r"[\[【［{$<＜_＿XxＸｘ×✕某○□△/／]")
_UNIT = "年月日号点时分秒元天个次折岁万千百%％楼室层栋期周位名台件条份笔张套户"
_HOLE = re.compile(
    r"\$\{[^{}\n]{1,40}\}"
    r"|\{\{[^{}\n]{1,40}\}\}"
    r"|\{[^{}\n]{1,30}\}"
    r"|[\[［][^\[\]［］\n]{1,60}[\]］](?![(（]http)"
    r"|【[^【】\n]{1,60}】"
    r"|[<＜][^<>＜＞\n/]{1,30}[>＞]"
    r"|_{3,}|＿{2,}"
    r"|[○□△◯]{2,}"
    r"|某{2,}"
    r"|(?<![A-Za-z0-9._%+-])(?:[A-Za-z0-9._]{0,20}[Xx]{2,20}[A-Za-z0-9._]{0,20}@[A-Za-z0-9.-]{1,40}"
    r"|[A-Za-z0-9._]{1,40}@[A-Za-z0-9-]{0,20}[Xx]{2,20}[A-Za-z0-9.-]{0,20})\.[A-Za-z]{2,8}"
    r"|(?<![A-Za-z0-9])(?:\d{2,5}[-－—])?[XxＸ×*]{2,8}(?:[-－—][XxＸ×*\d]{2,8}){1,3}(?![A-Za-z])"
    r"|(?<![A-Za-z0-9])\d{2,5}[-－—][XxＸ×*]{2,11}(?![A-Za-z])"
    rf"|(?<![A-Za-z0-9.×])\d{{0,3}}(?:[×✕]{{1,10}}|[XxＸｘ]{{1,10}})[{_UNIT}](?:(?:[×✕]{{1,10}}|[XxＸｘ]{{1,10}})[{_UNIT}])*"
    r"|(?<![A-Za-z.])(?<![0-9]{5})\d{0,4}(?:[Xx]{2,20}|[×✕Ｘｘ]{2,20}|[X×✕Ｘ](?=先生|女士|小姐|总|经理|老师|公司|主任|医生|同学|老板|产品|平台|品牌))(?:\d{0,8})(?![A-Za-z])"
)
_STATE = "(?:即将|已经|已|尚未|还未|未|正在)[\u4e00-\u9fff]{2}"
_CHOICE = re.compile(rf"{_STATE}(?:[/／]{_STATE}){{1,3}}")
"""Two states of one thing, 即将到期/已逾期: the author must choose. 短信/微信 may both hold, 同意/不同意 be asked."""
_CJK = re.compile("[\u4e00-\u9fff]")
_TITLE = re.compile("如|若|反应|停顿|等待|沉默|语气|回应|情况下|时$|^当|遇|注意|重要|可选|必|提示|备注|示例|例$")
_SLOT = re.compile(
    "姓名|名称|名字|日期|时间|地址|金额|编号|单号|号码|电话|公司|产品|机构|链接|部门|职位|岗位|型号|数量|比例|原因|地点|邮箱|账号|客户|称呼|品牌|城市|学校|填|具体|[XxＸ×]|/|[号名址期额数码量]$"
)
_NUMBER_ONLY = re.compile(r"[\d\s,，\-–]+$")


def find_placeholders(text: str) -> list[str]:
    """The holes in one text, as they stand, in their order."""
    return list(_remembered(text) if len(text) <= _SHORT else _holes_in(text))


@lru_cache(maxsize=2048)
def _remembered(text: str) -> tuple[str, ...]:
    # the lines of a document are looked through again in every call
    return _holes_in(text)


def _holes_in(text: str) -> tuple[str, ...]:
    if _HINT.search(text) is None:
        return ()
    holes = [
        (found.start(), found.group()) for found in _HOLE.finditer(text) if _is_hole(found.group(), text, found.start())
    ]
    if "/" in text or "／" in text:
        holes += [
            (found.start(), found.group())
            for found in _CHOICE.finditer(text)
            if not any(at <= found.start() < at + len(hole) for at, hole in holes)
        ]
        holes.sort()
    return tuple([hole for _at, hole in holes])


def leaves_a_choice(hole: str) -> bool:
    """Whether a hole is no blank but two states between which the author did not choose."""
    return _CHOICE.fullmatch(hole) is not None


def _is_hole(hole: str, text: str, at: int) -> bool:
    first = hole[0]
    if first in "[［【":
        inner = hole[1:-1].strip()
        if not inner or _TITLE.search(inner) or _NUMBER_ONLY.fullmatch(inner):
            return False
        heads = at == 0  # of a line: a title, unless it names what is to be filled in
        return not (heads or first == "【") or _SLOT.search(inner) is not None
    if first in "<＜":
        return _CJK.search(hole) is not None
    if first == "{":
        return hole.startswith("{{") or _CJK.search(hole) is not None or hole[1:-1].replace("_", "").isalnum()
    if hole.islower() and text[at - 1 : at] == "/":
        return False  # part of an address
    if first in "Xx" and set(hole) <= set("Xx"):
        return len(set(hole)) == 1 or hole in ("Xx", "xX")
    return True


def placeholders_of(scenario: Scenario, rows: list[Row]) -> tuple[Placeholder, ...]:
    """The holes of a document that was read from ``rows``, each with its line, in the order of the typed value."""
    rows = [row for row in rows if _HINT.search(row.text) is not None]
    if not any(_HOLE.search(row.text) or _CHOICE.search(row.text) for row in rows):
        return ()
    lines: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        for hole in find_placeholders(row.text):
            lines[hole].append(row.line)
    at: defaultdict[str, int] = defaultdict(int)
    found: list[Placeholder] = []
    for text, place in texts_of(scenario):
        for hole in find_placeholders(text):
            known = lines.get(hole) or [place]
            if leaves_a_choice(hole) and not _is_spoken(hole, scenario):
                continue
            found.append(Placeholder(text=hole, line=known[min(at[hole], len(known) - 1)]))
            at[hole] += 1
    return tuple(found)


def placeholders_in(scenario: Scenario) -> tuple[Placeholder, ...]:
    """The holes of a scenario that was not read from a text, each with the line of what it stands in."""
    return tuple(
        Placeholder(text=hole, line=line)
        for text, line in texts_of(scenario)
        for hole in find_placeholders(text)
        if not leaves_a_choice(hole) or _is_spoken(hole, scenario)
    )


def _is_spoken(hole: str, scenario: Scenario) -> bool:
    """Whether a choice stands in what the caller says; an instruction or an end condition may well name both states."""
    caller = scenario.caller
    said = (said for step in caller.steps for line in step.lines for said in line.utterances)
    known = (fact.answer for fact in caller.facts)
    ends = (item.text for item in (*caller.openings, *caller.closings))
    return any(hole in text for group in (said, known, ends) for text in group)


def texts_of(scenario: Scenario) -> Iterator[tuple[str, int]]:
    """Every text of a scenario with its line, in the order of the canonical form."""
    caller, customer = scenario.caller, scenario.customer
    yield from ((part, 0) for part in (*caller.role.split("\n"), *caller.task.split("\n")))
    yield from _of(caller.profile)
    for step in caller.steps:
        yield step.title, step.line
        for line in step.lines:
            yield from ((part, line.line) for part in line.text.split("\n"))
            yield from ((said, line.line) for said in _elsewhere(line))
    for fact in caller.facts:
        yield fact.question, fact.line
        yield fact.answer, fact.line
    yield from _of(caller.openings, caller.end_conditions, caller.closings)
    yield from ((part, 0) for part in customer.role.split("\n"))
    concerns = customer.concerns
    yield from _of(customer.background, concerns.primary, concerns.secondary, concerns.latent, concerns.other)
    yield from _of(customer.behaviours, customer.avoid, customer.imitate, customer.end_conditions)
    for items in scenario.other_sections.values():
        yield from _of(items)


def _elsewhere(line: Line) -> Iterator[str]:
    """What is said with holes in it and does not stand in the text of the line itself."""
    holed = [said for said in line.utterances if _HINT.search(said)]
    if holed:
        written = Counter(hole for part in line.text.split("\n") for hole in find_placeholders(part))
        for said in holed:
            holes = Counter(find_placeholders(said))
            if holes <= written:
                written -= holes
            else:
                yield said


def _of(*groups: Iterable[Item]) -> Iterator[tuple[str, int]]:
    for group in groups:
        for item in group:
            yield item.text, item.line
