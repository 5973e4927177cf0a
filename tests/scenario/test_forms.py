"""Forms that authors write on one line: who speaks, to whom, and under which condition."""

from __future__ import annotations

import pytest

from kefu.scenario.model import LineKind, Step
from scenario.document import read

SAID, TOLD, IF = LineKind.UTTERANCE, LineKind.INSTRUCTION, LineKind.BRANCH
Read = tuple[LineKind, str | None, tuple[str, ...]]


def steps(text: str) -> tuple[Step, ...]:
    return read(steps=text).caller.steps


def lines(text: str) -> list[Read]:
    """The lines of a step that holds ``text``, among steps that quote what is spoken."""
    body = "\n".join(f"   {line}" for line in text.split("\n"))
    step = steps(f"1. **甲**\n{body}\n2. **乙**\n   - “好的，再见。”")[0]
    return [(line.kind, line.condition, line.utterances) for line in step.lines]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "- 若住户在家：“师傅十分钟后到。”；若住户出差：“那您回来再约。”",
            [(IF, "若住户在家", ("师傅十分钟后到。",)), (IF, "若住户出差", ("那您回来再约。",))],
        ),
        (
            "- 若是户主，直接往下问。若不是户主：“麻烦请户主听一下，好吗？”",
            [(TOLD, "若是户主", ()), (IF, "若不是户主", ("麻烦请户主听一下，好吗？",))],
        ),
        (
            "- 如对方答应则“那就周四上午，您等我。”，如推脱则“您先忙，我改天再打。”",
            [(IF, "如对方答应", ("那就周四上午，您等我。",)), (IF, "如推脱", ("您先忙，我改天再打。",))],
        ),
        (
            "- 用户若说“漏水了”：“我马上派人，您先关总阀。”；若说“没漏”：“那就好，不打扰您。”",
            [
                (IF, "用户若说“漏水了”", ("我马上派人，您先关总阀。",)),
                (IF, "若说“没漏”", ("那就好，不打扰您。",)),
            ],
        ),
        (
            "- 住户同意：“好，给您登记上了。”；拒绝：“行，那就不换了，您忙。”",
            [(IF, "住户同意", ("好，给您登记上了。",)), (IF, "拒绝", ("行，那就不换了，您忙。",))],
        ),
        (
            "- 客户愿意换：“给您登记上了。” 客户不愿换：“行，那您忙，再见。”",
            [(IF, "客户愿意换", ("给您登记上了。",)), (IF, "客户不愿换", ("行，那您忙，再见。",))],
        ),
        (
            "- “水表您看过了吧？”若没看：“您抽空看一眼，红字那排。”",
            [(SAID, None, ("水表您看过了吧？",)), (IF, "若没看", ("您抽空看一眼，红字那排。",))],
        ),
        (
            "- “表走得准吗？”（若走得快）“我给您约一次检定。”",
            [(SAID, None, ("表走得准吗？",)), (IF, "若走得快", ("我给您约一次检定。",))],
        ),
        ("- “您听得清吗？”（若对方沉默）", [(IF, "若对方沉默", ("您听得清吗？",))]),
        ("- “那我发短信给您。”——如对方在开车", [(IF, "如对方在开车", ("那我发短信给您。",))]),
        ("- “您听得清吗？”（停两秒）", [(SAID, None, ("您听得清吗？",))]),
        ("- “表在哪间屋？”（如不清楚则跳过）", [(SAID, None, ("表在哪间屋？",))]),
        ("- “阀门我们带来。”（如有）", [(SAID, None, ("阀门我们带来。",))]),
        ("- 若客户说“在上课”或“在开会”：“那我六点再打。”", [(IF, "若客户说“在上课”或“在开会”", ("那我六点再打。",))]),
        (
            "- 若客户说“在上课”；若客户说“在开会”：“那我六点再打。”",
            [(IF, "若客户说“在上课”；若客户说“在开会”", ("那我六点再打。",))],
        ),
        ("- 若住户应了，记下日期；若住户没应，改天再问。", [(TOLD, "若住户应了", ())]),
    ],
)
def test_two_kinds_of_customer_on_one_line(text: str, expected: list[Read]) -> None:
    assert lines(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- 客户如问“停多久”，答“二十分钟，您接点水就行。”", (IF, "客户如问“停多久”", ("二十分钟，您接点水就行。",))),
        ("- 客户：“我没空。” → “那您看礼拜天行吗？”", (IF, "客户：“我没空。”", ("那您看礼拜天行吗？",))),
        (
            "- 用户说：“烦死了。” 回应：“实在对不住，就占您一分钟。”",
            (IF, "用户说：“烦死了。”", ("实在对不住，就占您一分钟。",)),
        ),
        ("- 听到“我再想想”时，“不急，您想好了打营业厅。”", (IF, "听到“我再想想”时", ("不急，您想好了打营业厅。",))),
        ("- 被问“谁让你打的”，答“营业厅安排的，您放心。”", (IF, "被问“谁让你打的”", ("营业厅安排的，您放心。",))),
        ("- “贵不贵？”：“一分钱不收，您放心。”", (IF, "“贵不贵？”", ("一分钱不收，您放心。",))),
        ("- “换表”→“材料人工都不收钱，您放心。”", (IF, "“换表”", ("材料人工都不收钱，您放心。",))),
        ("- 如对方说“别来了”，先道歉再问原因", (TOLD, "如对方说“别来了”", ())),
        ("- 若客户说“我在外地”“下月回”，记下日期。", (TOLD, "若客户说“我在外地”“下月回”", ())),
        ("- 若客户回“知道了”，直接讲第二点", (TOLD, "若客户回“知道了”", ())),
        ("- 若客户同意，登记楼号", (TOLD, "若客户同意", ())),
        ("- 客户反应：多半嫌麻烦", (TOLD, None, ())),
        ("- 客户可能会说“太麻烦了，不换了。”，耐心解释", (TOLD, "客户可能会说“太麻烦了，不换了。”", ())),
    ],
)
def test_what_the_customer_says_is_never_spoken(text: str, expected: Read) -> None:
    found = lines(text)
    assert [(kind, condition, said) for kind, condition, said in found] == [expected]


@pytest.mark.parametrize(
    "label",
    [
        "犹豫时",
        "被拒绝后",
        "嫌麻烦的客户",
        "不方便时",
        "孩子代接",
        "老伴接听",
        "否",
        "想通了",
        "看过了",
        "对停水有疑问时",
    ],
)
@pytest.mark.parametrize(
    "form", ["- {}：“那您先忙。”", "- {}，“那您先忙。”", "- **{}**：“那您先忙。”", "- {}：\n  - “那您先忙。”"]
)
def test_a_short_label_is_a_condition(label: str, form: str) -> None:
    assert lines(form.format(label)) == [(IF, label, ("那您先忙。",))]


@pytest.mark.parametrize("label", ["当面核对", "如约提醒", "如实说明", "报上姓名", "讲明来意", "道谢", "约时间"])
def test_a_label_of_what_the_caller_does_is_no_condition(label: str) -> None:
    assert lines(f"- {label}：“那您先忙。”") == [(SAID, None, ("那您先忙。",))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- 情况一（有人在家）：“师傅就到。”", [(IF, "情况一（有人在家）", ("师傅就到。",))]),
        (
            "- **情形A：有人在家**\n  - “师傅就到，您开下门。”\n- **情形B：没人在家**\n  - “那您看哪天在？”",
            [(IF, "情形A：有人在家", ("师傅就到，您开下门。",)), (IF, "情形B：没人在家", ("那您看哪天在？",))],
        ),
    ],
)
def test_named_cases(text: str, expected: list[Read]) -> None:
    assert lines(text) == expected


@pytest.mark.parametrize(
    ("title", "name", "said"),
    [
        ("1. 【道别】“您忙。”", "道别", "您忙。"),
        ("1. 【道别】：“您忙。”", "道别", "您忙。"),
        ("1. **道别：“您忙。”**", "道别", "您忙。"),
        ("1. **道别**“您忙。”", "道别", "您忙。"),
        ("1. **道别：** “您忙。”", "道别", "您忙。"),
    ],
)
def test_what_is_said_on_the_line_of_the_title(title: str, name: str, said: str) -> None:
    (step,) = steps(title)
    assert (step.title, [line.utterances for line in step.lines]) == (name, [(said,)])


def test_terms_in_a_title_stay_in_it() -> None:
    assert [step.title for step in steps("1. **化解“乱收费”疑虑**\n   - “不收。”\n2. 打消“麻烦”\n   - “快。”")] == [
        "化解“乱收费”疑虑",
        "打消“麻烦”",
    ]


def test_steps_as_headings_of_the_sections_own_level() -> None:
    found = steps("### 1. 开头\n“您好。”\n### 2. 问事\n“换吗？”\n### 3. 收尾\n“再见。”")
    assert [(step.number, step.title) for step in found] == [(1, "开头"), (2, "问事"), (3, "收尾")]


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        ("“您好，供水的。”\n“请问是田师傅吗？”", ["您好，供水的。 请问是田师傅吗？"]),
        ("“您好，供水的。”“您是田师傅吧？”", ["您好，供水的。 您是田师傅吧？"]),
        ("“您好，供水的。”或“喂，是田师傅吗？”", ["您好，供水的。", "喂，是田师傅吗？"]),
        ("- “您好，供水的。”\n- “喂，是田师傅吗？”", ["您好，供水的。", "喂，是田师傅吗？"]),
        ("“是田师傅吗？”（等对方应声）\n“我是供水的。”", ["是田师傅吗？ （等对方应声） 我是供水的。"]),
        ("话术：“您好，供水的。”", ["您好，供水的。"]),
    ],
)
def test_openings(opening: str, expected: list[str]) -> None:
    assert [item.text for item in read(opening=opening).caller.openings] == expected


@pytest.mark.parametrize(
    ("ending", "conditions", "closings"),
    [
        (
            "- **约好了**\n  - 结束语：“周三见，您忙。”\n- **不换**\n  - 结束语：“好的，打扰您。”",
            ["约好了", "不换"],
            ["周三见，您忙。", "好的，打扰您。"],
        ),
        (
            "- 客户主动说：“好的，谢谢，再见。”\n- 挂断\n\n结束语：“您忙，再见。”",
            ["客户主动说：“好的，谢谢，再见。”", "挂断"],
            ["您忙，再见。"],
        ),
        ("- 约好了：“周三见，您忙。”", ["约好了"], ["周三见，您忙。"]),
        ("结束条件：\n- “好的，谢谢，再见。”\n\n结束语：\n“您忙，再见。”", ["“好的，谢谢，再见。”"], ["您忙，再见。"]),
        ("- 约好了\n\n结束语：\n“您忙，再见。”\n（或）“祝您顺心。”", ["约好了"], ["您忙，再见。", "祝您顺心。"]),
        ("- 约好了\n\n结束语：\n“您忙，再见。”或“祝您顺心。”", ["约好了"], ["您忙，再见。", "祝您顺心。"]),
        ("- 约好了\n\n结束语：\n“您忙。”“再见。”", ["约好了"], ["您忙。 再见。"]),
        (
            "**结束语：**\n- “您忙，再见。”\n- “祝您顺心。”\n\n**结束条件：**\n- 约好了",
            ["约好了"],
            ["您忙，再见。", "祝您顺心。"],
        ),
    ],
)
def test_endings(ending: str, conditions: list[str], closings: list[str]) -> None:
    caller = read(ending=ending).caller
    assert [item.text for item in caller.end_conditions] == conditions
    assert [item.text for item in caller.closings] == closings


PAIRS = [("要停水吗？", "停二十分钟。"), ("几点来？", "上午九点。")]


@pytest.mark.parametrize(
    "form",
    [
        "#### {q}\n{a}",
        "#### Q1：{q}\n{a}",
        "#### 1. {q}\n- {a}",
        "- 客户：“{q}”\n  专员：“{a}”",
        "- 客户：“{q}”\n  客服人员：“{a}”",
        "- 住户问：“{q}”\n  - 答：“{a}”",
        "- Q: Q: {q}\n  A: {a}",
        "Q：{q}\nA：{a}",
        "- {q}\n  应对：{a}",
        "- “{q}”\n  坐席回复：“{a}”",
        "* **问：{q}**\n  **答：**{a}",
    ],
)
def test_facts(form: str) -> None:
    facts = read(facts="\n".join(form.format(q=q, a=a) for q, a in PAIRS)).caller.facts
    assert [(fact.question, fact.answer) for fact in facts] == PAIRS


def test_headings_that_only_part_the_questions() -> None:
    text = "#### 关于停水\n- Q: 要停水吗？\n  A: 停二十分钟。\n#### 关于上门\n- Q: 几点来？\n  A: 上午九点。"
    assert [(fact.question, fact.answer) for fact in read(facts=text).caller.facts] == PAIRS


def test_topics_as_headings() -> None:
    facts = read(facts="#### 停水\n停二十分钟。\n#### 上门\n上午九点。").caller.facts
    assert [(fact.question, fact.answer) for fact in facts] == [("停水", "停二十分钟。"), ("上门", "上午九点。")]


def test_a_level_that_is_stated() -> None:
    concerns = read(concerns="- 首要问题是要不要钱\n- 次要问题在于停水\n- 潜在的是怕表走快").customer.concerns
    levels = (concerns.primary, concerns.secondary, concerns.latent)
    assert [[item.text for item in level] for level in levels] == [
        ["首要问题是要不要钱"],
        ["次要问题在于停水"],
        ["潜在的是怕表走快"],
    ]


def test_prose_of_several_levels_is_of_none() -> None:
    concerns = read(concerns="首要的是要不要钱，其次是停水，内心深处怕表走快。").customer.concerns
    assert (len(concerns.other), concerns.primary) == (1, ())


@pytest.mark.parametrize(
    "label", ["**反面教材：不要这样说**", "- **反面教材**：不要这样说", "【反面教材】", "反面教材（别这样说）："]
)
def test_labels_of_style(label: str) -> None:
    good = label.replace("反面", "正面").replace("不要这样说", "模仿这种感觉").replace("别这样说", "这样说")
    customer = read(style=f"{label}\n- “感谢贵司。”\n\n{good}\n- “换表啊？”").customer
    assert [item.text for item in customer.avoid] == ["感谢贵司。"]
    assert [item.text for item in customer.imitate] == ["换表啊？"]


@pytest.mark.parametrize(
    ("text", "holes"),
    [
        ("20XX年X月X日装的", ["20XX年X月X日"]),
        ("打400-XXX-XXXX", ["400-XXX-XXXX"]),
        ("打010-XXXXXXXX", ["010-XXXXXXXX"]),
        ("送您×张券", ["×张"]),
        ("收XX元", ["XX元"]),
        ("您是____师傅", ["____"]),
        ("您好{姓名}", ["{姓名}"]),
        ("单子是<单号>", ["<单号>"]),
        ("您住在【楼号】", ["【楼号】"]),
        ("发到xx@xx.com", ["xx@xx.com"]),
        ("7×24小时都有人", []),
        ("管子2×5米", []),
        ("打400-820-5566", []),
        ("穿XXL码", []),
    ],
)
def test_holes(text: str, holes: list[str]) -> None:
    found = read(steps=f"1. **甲**\n   - “您好，{text}。”").placeholders
    assert [hole.text for hole in found] == holes


def codes(**sections: str) -> set[str]:
    return {finding.code for finding in read(**sections).findings}


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("报名截止到3月8日，您看呢？", "报名截止到3月12日。"),
        ("3月8日截止，您抓紧。", "报名3月12日截止。"),
        ("续费打9折，您看呢？", "续费享8折。"),
        ("上门费50元，您看呢？", "上门费免费。"),
        ("上门费50元，您看呢？", "不收上门费。"),
        ("您可以拨打400-611-2233。", "请拨打400-611-2244。"),
        ("您可以拨打400-611-2233。", "客服热线是400-611-2244。"),
    ],
)
def test_the_flow_contradicts_what_the_caller_knows(said: str, answer: str) -> None:
    facts = f"- Q: 怎么回事？\n  A: {answer}"
    assert "flow_contradicts_fact" in codes(steps=f"1. **甲**\n   - “{said}”", facts=facts)
    assert "flow_contradicts_fact" in codes(ending=f"- 约好了\n\n结束语：“{said}”", facts=facts)
    assert "flow_contradicts_fact" in codes(opening=f"“您好，{said}”", facts=facts)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("报名截止到3月8日，您看呢？", "体检截止到3月12日。"),
        ("上门费50元，您看呢？", "质保内上门费免费。"),
        ("上门费50元，您看呢？", "会员不收上门费。"),
        ("您可以拨打400-611-2233。", "投诉请拨打400-611-2244。"),
        ("续费打9折，您看呢？", "续费200元。"),
        ("活动3月8日开始，您看呢？", "活动3月12日结束。"),
    ],
)
def test_different_things_are_no_contradiction(said: str, answer: str) -> None:
    found = codes(steps=f"1. **甲**\n   - “{said}”", facts=f"- Q: 怎么回事？\n  A: {answer}")
    assert not any("contradict" in code for code in found)


def test_what_comes_after_the_call_ends_none() -> None:
    assert "end_condition_never" in codes(customer_ending="- 明年合同到期后\n- 挂断")
    assert "end_condition_never" in codes(customer_ending="- 通话结束后写好评\n- 挂断")
    assert "end_condition_never" not in codes(customer_ending="- 说明年再谈就挂\n- 对方说完再见后")


def test_quotes_that_cancel_out_are_missed_all_the_same() -> None:
    found = read(opening="“您好，供水的。", ending="- 约好了\n\n您忙，再见。”").findings
    assert [finding.code for finding in found].count("unbalanced_quotes") == 2


def test_a_quote_over_two_lines_is_balanced() -> None:
    assert "unbalanced_quotes" not in codes(opening="“您好，供水的。\n您是田师傅吧？”")


OFF = "您先忙，我改天打。"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- 询问是否方便：“您现在说话方便吗？”", [(SAID, None, ("您现在说话方便吗？",))]),
        (
            "- 如果住户嫌贵，先共情：“我懂，谁的钱都不容易。”，再说明：“这次换表全免。”",
            [(IF, "如果住户嫌贵", ("我懂，谁的钱都不容易。", "这次换表全免。"))],
        ),
        (
            "- “您好，您是田师傅吗？”（若是）“我是供水的小袁。”（若不是）“麻烦叫一下他。”",
            [
                (SAID, None, ("您好，您是田师傅吗？",)),
                (IF, "若是", ("我是供水的小袁。",)),
                (IF, "若不是", ("麻烦叫一下他。",)),
            ],
        ),
        (
            f"- A. 如果用户说“忙”：“{OFF}”\n- B. 如果用户说“好”：“那您听我说。”",
            [(IF, "如果用户说“忙”", (OFF,)), (IF, "如果用户说“好”", ("那您听我说。",))],
        ),
        (
            f"- 如对方不耐烦，立即说“就一分钟，您听完再定。”；仍不耐烦，说“{OFF}”并结束",
            [(IF, "如对方不耐烦", ("就一分钟，您听完再定。",)), (IF, "仍不耐烦", (OFF,))],
        ),
        (
            "- 若住户问“几点”，则回答“九点，您留个门。”，若问“几个人”，则回答“两个人，您放心。”",
            [(IF, "若住户问“几点”", ("九点，您留个门。",)), (IF, "若问“几个人”", ("两个人，您放心。",))],
        ),
        (f"- 愿意：“好，给您登记。” / 不愿意：“{OFF}”", [(IF, "愿意", ("好，给您登记。",)), (IF, "不愿意", (OFF,))]),
        (
            "- 若为本人 -> “我是供水的小袁，跟您约换表。”",
            [(IF, "若为本人", ("我是供水的小袁，跟您约换表。",))],
        ),
        (
            "- 若客户未表态，可引导：“您是担心停水吗？”如仍未表态，可说：“那我晚上再问您。”",
            [(IF, "若客户未表态", ("您是担心停水吗？",)), (IF, "如仍未表态", ("那我晚上再问您。",))],
        ),
        (
            "- 若客户追问“旧表归谁？”，回答：“我们收走，您看行吗？”",
            [(IF, "若客户追问“旧表归谁？”", ("我们收走，您看行吗？",))],
        ),
        (
            "- 客户提出“换进口表”的要求：“统一用国产表，您放心。”",
            [(IF, "客户提出“换进口表”的要求", ("统一用国产表，您放心。",))],
        ),
        ("- 对方若是租客，“麻烦您转告房东。”", [(IF, "对方若是租客", ("麻烦您转告房东。",))]),
        ("- 说“您好”时语气上扬", [(TOLD, None, ())]),
        ("- 以“上次您反映的漏水”为引子，切入正题", [(TOLD, None, ())]),
        ("- 请客户核对“户号”“地址”", [(TOLD, None, ())]),
        ("- 注意：客户如果说“别打了”，马上停", [(TOLD, None, ())]),
        ("- 等客户说“好”再继续", [(TOLD, None, ())]),
    ],
)
def test_more_forms_of_a_line(text: str, expected: list[Read]) -> None:
    assert lines(text) == expected


@pytest.mark.parametrize(
    ("step", "condition", "said"),
    [
        ("如客户嫌贵：“换表不收钱。”", "如客户嫌贵", "换表不收钱。"),
        ("**如客户嫌贵**：“换表不收钱。”", "如客户嫌贵", "换表不收钱。"),
        ("客户嫌贵：“换表不收钱。”", "客户嫌贵", "换表不收钱。"),
        ("客户不同意时：“那就不换了。”", "客户不同意时", "那就不换了。"),
        ("要是用户没听懂就说：“我再说一遍。”", "要是用户没听懂就说", "我再说一遍。"),
        ("（如客户嫌贵）“换表不收钱。”", "如客户嫌贵", "换表不收钱。"),
        ("如实告知：“换表要停水。”", None, "换表要停水。"),
        ("客户信息核对：“您报下户号。”", None, "您报下户号。"),
        ("客户确认：“您是田师傅吗？”", None, "您是田师傅吗？"),
    ],
)
def test_a_step_that_is_one_case(step: str, condition: str | None, said: str) -> None:
    found = steps(f"1. 问好\n   - “您好。”\n2. {step}\n3. 道别\n   - “再见。”")[1]
    assert (found.condition, [line.utterances for line in found.lines]) == (condition, [(said,)])


@pytest.mark.parametrize(
    ("step", "condition"),
    [
        ("如果客户说“太贵”：“换表不收钱。”", "如果客户说“太贵”"),
        ("“换表不收钱。”（如客户嫌贵）", "如客户嫌贵"),
        ("如客户嫌贵；“换表不收钱。”", "如客户嫌贵"),
    ],
)
def test_a_step_that_is_one_branch(step: str, condition: str) -> None:
    found = steps(f"1. 问好\n   - “您好。”\n2. {step}\n3. 道别\n   - “再见。”")[1]
    (line,) = found.lines
    assert (found.title, line.kind, line.condition, line.utterances) == ("", IF, condition, ("换表不收钱。",))


def test_a_choice_left_open_in_what_is_said_is_a_hole() -> None:
    found = read(steps="1. **甲**\n   - “您的水费即将到期/已逾期，您看一下。”\n   - 登记已换表/未换表")
    assert [(hole.text, hole.line) for hole in found.placeholders] == [("即将到期/已逾期", 15)]
    message = "“即将到期/已逾期” leaves a choice open; write the one that holds, or give it with --set when calling"
    assert [(f.line, f.message) for f in found.findings if f.code == "placeholder"] == [(15, message)]


@pytest.mark.parametrize("said", ["短信/微信都能查。", "您同意/不同意都行。", "打7/24小时热线。"])
def test_a_slash_that_leaves_no_choice_open(said: str) -> None:
    assert read(steps=f"1. **甲**\n   - “{said}”").placeholders == ()
    assert read(ending=f"- 客户已答应/未答应\n\n结束语：“{said}”").placeholders == ()
