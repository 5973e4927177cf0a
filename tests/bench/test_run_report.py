"""The report of a run: verdict first, every section there or named as empty, foreign words never more than words."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest

from bench.reported import ASKED, PLAN, Page, card, clean, report, run
from kefu.bench.plan import Cell
from kefu.bench.report import to_csv, to_html, to_json, to_markdown
from kefu.bench.report.gaps import block
from kefu.bench.report.table import COLUMNS
from kefu.bench.report.verdict import Decision, State
from kefu.errors import InputError
from kefu.scenario.model import Persona
from kefu.scenario.parse import parse_scenario

HOSTILE = '<script>alert("x")</script><img src=http://evil/>'
SECTIONS = ["callers", "heat", "steps", "violations", "worst", "gaps", "coaching", "attribution", "validity", "method"]


def sections(page: Page) -> list[str]:
    return [each for each in page.ids if each in SECTIONS]


def mixed(cell: Cell) -> dict[str, object] | None:
    """Broken off, invalid, clean, unscored or full of faults, by scenario, persona and trial."""
    if cell.scenario == "lift" and cell.persona is Persona.DIRECT:
        return None if cell.trial else card(fidelity={"valid": False, "problems": [{"code": "loop", "voids": True}]})
    return card(0.5)


def test_every_section_is_there_in_order_after_the_verdict() -> None:
    text = to_html(report(run(scored=mixed)))
    assert sections(Page(text)) == SECTIONS
    assert text.index('class="verdict') < text.index('id="callers"')
    assert "因没有内容" not in text


def test_what_is_empty_is_left_out_and_named() -> None:
    page = Page(to_html(report(run(scored=lambda _cell: clean())), "en"))
    assert sections(page) == ["callers", "heat", "worst", "method"]
    assert (
        "Left out because there is nothing to show: Steps that fail, Rule violations, Questions that the script "
        "cannot answer, Coaching: what was said, what the script offers, Whose doing the failed calls were, "
        "Calls that do not count."
    ) in page.words


def test_the_page_needs_nothing_else() -> None:
    text = to_html(report(run(scored=mixed)))
    page = Page(text)
    assert not {tag for tag, _attributes in page.tags} & {"script", "link", "img", "iframe", "object", "form"}
    assert not re.search(r"url\(|@import|https?:", text)
    targets = [a[name] for _tag, a in page.tags for name in ("href", "src") if a.get(name)]
    assert targets
    assert {str(target) for target in targets} <= {f"#{each}" for each in page.ids}
    assert len(page.ids) == len(set(page.ids))


def test_foreign_words_stay_words() -> None:
    def hostile(_cell: Cell) -> dict[str, object]:
        return card(
            0.3,
            violations=[{"rule": HOSTILE, "turn": 0, "quote": HOSTILE, "severity": "major", "reason": HOSTILE}],
            gaps=[{"turn": 1, "quote": HOSTILE}],
            versions={HOSTILE: HOSTILE},
        )

    plan = replace(PLAN, callers=(HOSTILE,))
    made = report(run(plan, hostile, said=HOSTILE, asked=HOSTILE), plan, label=HOSTILE, stopped=HOSTILE)
    page = Page(to_html(made))
    assert not {tag for tag, _attributes in page.tags} & {"script", "img"}
    assert HOSTILE in page.words
    marked = [line for line in to_markdown(made).splitlines() if not line.startswith("    ")]  # the rest is code
    assert not re.search(r"<\w", "\n".join(marked))


def test_markdown_takes_no_word_for_a_mark() -> None:
    said = "# 标题 | *强调* [链接](x) `码` @某人"
    text = to_markdown(report(run(scored=lambda _cell: card(0.3), said=said)), "en")
    assert "\\# 标题 \\| \\*强调\\* \\[链接\\](x) \\`码\\` @\u200b某人" in text
    assert said not in text


def test_evidence_is_marked_in_its_place() -> None:
    text = to_html(report())
    assert re.search(
        r'<mark class="m4" title="[^"]+">今晚</mark><mark class="m4" title="过度承诺">一定</mark>修好。', text
    )
    assert re.search(r'<mark class="m2 met" title="步骤 1：完成">松溪物业</mark>', text)


def test_it_is_chinese_unless_told_otherwise() -> None:
    made = report()
    chinese, english = to_html(made), to_html(made, "en")
    assert '<html lang="zh-CN">' in chinese
    assert '<html lang="en">' in english
    assert not re.search("步骤|违规|单元", english)
    assert "pass^2" in chinese
    words = re.sub(
        r"versions\.\w+|git\.commit|pass\^\d|kefu|script|persona|rules|Wilson|Student|Q:|A:", "", Page(chinese).words
    )
    assert not re.search(r"[A-Za-z]{3,} [A-Za-z]{2,}", words)


def test_markdown_and_json_tell_the_same_facts() -> None:
    made = report(run(scored=mixed), cost={"CNY": Decimal("1.20")})
    data, text = json.loads(to_json(made)), to_markdown(made, "en")
    assert data["run"]["id"] == "260301-abcd"
    assert data["run"]["cost"] == {"CNY": "1.20"}
    assert (data["statistics"]["cells"], data["statistics"]["failed"]) == (8, 1)
    assert data["statistics"]["callers"][0]["total"]["mean"] == pytest.approx(0.5)
    assert data["verdicts"][0]["decision"] == "not proven"
    assert [each["rule"] for each in data["violations"]] == ["over_promise", "ignored_question"]
    assert data["violations"][0]["severities"] == {"major": 6}
    assert data["failed_steps"][0]["statuses"]["missed"] == 4
    counts = {"cells": 4, "failed": 1, "invalid": 1, "unscored": 0, "reruns": 0, "rerun": 0}
    assert data["lost"][0] == {"caller": "script", "persona": "direct"} | counts
    assert data["untrue"] == {"loop": 1}
    assert data["versions"] == [{"rules": "abc123"}]
    assert "| script | 0.50 " in text
    assert "promised too much · major 6" in text
    assert "1.20 CNY" in text
    assert "1 of 8 cells (12%) stayed invalid" in text


def test_one_row_for_each_cell() -> None:
    held = run(scored=mixed)
    text = "".join(to_csv(each.result for each in held))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    assert [row["cell"] for row in rows] == [cell.id for cell in PLAN]
    assert (
        rows[0] | {"total": "0.5", "empathy": "0.4", "steps_met": "1", "steps_missed": "1", "violations": "2"}
        == rows[0]
    )
    assert rows[0]["rules"] == "over_promise ignored_question"
    broken = next(row for row in rows if row["failed"] == "1")
    assert (broken["total"], broken["reason"], broken["persona"]) == ("", "timeout", "direct")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t"])
def test_no_cell_is_a_formula(start: str) -> None:
    held = replace(run()[0].result, caller=f"{start}SUM(A1)")
    (row,) = csv.DictReader(io.StringIO("".join(to_csv([held]))))
    assert row["caller"] == f"'{start}SUM(A1)"


def test_the_pasted_gaps_are_read_back_as_questions() -> None:
    asked = ["能换个便宜的表吗？", "“楼上也停吗？”", "- 电梯里能不能装空调呢？", "Q: 小孩子一个人坐怎么办？"]
    calls = iter(asked)
    made = report(run(scored=lambda cell: card(gaps=[{"turn": 1, "quote": next(calls, asked[0])}])))
    for gaps in made.gaps:
        document = f"## 电话拨打方\n### 问答知识库\n- Q: 几点来水？\n  A: 八点。\n{block(gaps)}\n"
        facts = parse_scenario(document).caller.facts
        assert [fact.question for fact in facts[1:]] == [
            gap.question.strip("“”- ").removeprefix("Q: ") for gap in gaps.gaps
        ]
        assert {fact.answer for fact in facts[1:]} == {"（待补充）"}


def test_questions_that_ask_the_same_are_one_gap() -> None:
    asked = iter(["会不会泄露我的信息？", "会不会泄露我的信息啊？", "会不会泄露我的信息？", "楼上的邻居也停水吗？"])
    (gaps,) = report(
        run(scored=lambda cell: card(gaps=[{"turn": 1, "quote": each}] if (each := next(asked, "")) else []))
    ).gaps
    assert [(gap.question, gap.count, gap.others) for gap in gaps.gaps] == [
        ("会不会泄露我的信息？", 3, ("会不会泄露我的信息啊？",)),
        ("楼上的邻居也停水吗？", 1, ()),
    ]
    assert gaps.asked == 4


def test_coaching_sets_what_was_said_beside_what_is_offered() -> None:
    step, answer = (next(each for each in report().lessons if bool(each.step) is is_step) for is_step in (True, False))
    assert [offer.text for offer in step.offers] == ["您看停水影响大吗？"]
    assert (step.words.quote, step.words.before) == ("", f"又停水？什么时候恢复供水？{ASKED}")
    assert answer.title == "什么时候恢复供水？"
    assert [offer.text for offer in answer.offers] == ["今晚八点恢复。"]
    assert answer.words.quote == "今晚"


def test_a_missed_step_shows_the_turn_that_came_nearest() -> None:
    step = report(run(said="停水对您的影响大吗？")).steps[0]
    assert [words.quote for words, _count in step.words] == ["停水对您的影响大吗？"]
    assert step.words[0][1] == 4


def test_the_ten_worst_calls_are_shown_whole_and_no_talk_twice() -> None:
    plan = replace(PLAN, trials=8)
    totals = iter(range(32))
    held = run(plan, lambda _cell: card(next(totals) / 100))
    for place, each in enumerate(held):
        each.record["turns"].append({"speaker": "customer", "text": f"第{place // 2}次"})
    worst = report(held, plan).worst
    assert [call.record["scorecard"]["totals"]["total"] for call in worst] == [place / 50 for place in range(10)]
    assert to_html(report(held, plan)).count('<section class="call"') == 10


def test_a_run_of_nothing_but_broken_calls() -> None:
    made = report(run(scored=lambda _cell: None))
    page = Page(to_html(made, "en"))
    assert "No call could be scored." in page.words
    assert sections(page) == ["callers", "attribution", "validity", "method"]
    assert "the model did not answer in time (script) 8" in " ".join(page.words.split())
    assert made.verdicts[0].decision is Decision.NOT_PROVEN
    assert "No call could be scored." in to_markdown(made, "en")
    json.loads(to_json(made))


def test_an_unscored_call_is_counted_and_in_no_mean() -> None:
    made = report(run(scored=lambda cell: card(None) if cell.trial else card(0.9)))
    assert (made.statistics.callers[0].total.n, made.statistics.callers[0].total.unscored) == (4, 4)
    assert json.loads(to_json(made))["verdicts"][0]["lost"]["unscored"] == 4
    assert "Mean total 0.90" in Page(to_html(made, "en")).words
    assert len(made.worst) == 1


def test_one_cell() -> None:
    plan = replace(PLAN, scenarios=("water",), personas=(None,), trials=1)
    made = report(run(plan), plan)
    page = Page(to_html(made, "en"))
    assert "Mean total 0.90 over 1 calls; too few for an interval." in page.words
    assert "Only 1 calls count: too few to decide on." in page.words


def test_an_unfinished_run_says_so() -> None:
    held = run()[:5]
    with pytest.raises(InputError):
        report(held)
    page = Page(to_html(report(held, unequal=True, stopped="budget"), "en"))
    assert "This run is not finished: 5 / 8 cells are there. budget" in page.words


def test_a_run_without_a_single_cell() -> None:
    made = report([])
    assert "No call could be scored." in Page(to_html(made, "en")).words
    assert "No call could be scored." in to_markdown(made, "en")
    assert json.loads(to_json(made))["statistics"]["cells"] == 0
    assert "".join(to_csv([])) == ",".join(COLUMNS) + "\n"


@pytest.mark.parametrize(
    ("total", "severity", "decision", "missed"),
    [
        (0.95, "minor", Decision.READY, []),
        (0.95, "critical", Decision.NOT_READY, ["serious", "critical"]),
        (0.95, "major", Decision.NOT_READY, ["serious"]),
        (0.5, "minor", Decision.NOT_READY, ["total", "persona"]),
    ],
)
def test_the_decision_follows_the_stated_limits(
    total: float, severity: str, decision: Decision, missed: list[str]
) -> None:
    plan = replace(PLAN, trials=30)
    broken = [{"rule": "rude_tone", "turn": 2, "quote": "今晚", "severity": severity, "reason": ""}]
    held = run(plan, lambda cell: card(total + (cell.trial % 5 - 2) / 50, violations=broken))
    (verdict,) = report(held, plan).verdicts
    assert verdict.decision is decision
    assert [each.key for each in verdict.criteria if each.state is State.MISSED] == missed


def test_few_calls_prove_nothing() -> None:
    (verdict,) = report(run(scored=lambda _cell: clean())).verdicts
    assert (verdict.decision, verdict.doubts) == (Decision.NOT_PROVEN, ("few_calls", "few_documents"))


def test_lost_calls_prove_nothing() -> None:
    plan = replace(PLAN, trials=40)
    (verdict,) = report(run(plan, lambda cell: clean() if cell.trial % 4 else None), plan).verdicts
    assert (verdict.decision, verdict.doubts) == (Decision.NOT_PROVEN, ("lost", "few_documents"))


def test_one_document_speaks_for_itself_alone() -> None:
    plan = replace(PLAN, scenarios=("water",), trials=60)
    (verdict,) = (made := report(run(plan, lambda _cell: clean()), plan)).verdicts
    assert verdict.doubts == ("calls_only",)
    assert "says nothing of others" in Page(to_html(made, "en")).words


def test_callers_are_compared_with_the_first() -> None:
    plan = replace(PLAN, callers=("script", "model:new"), trials=10)
    made = report(run(plan, lambda cell: clean() if cell.caller == "script" else card(0.5)), plan)
    (comparison,) = made.comparisons
    assert (comparison.a, comparison.b, comparison.headline.verdict) == ("script", "model:new", "worse")
    text = to_html(made, "en")
    assert text.index('class="versus"') < text.index('class="verdict')
    assert json.loads(to_json(made))["comparisons"][0]["verdict"] == "worse"


def test_the_same_run_makes_the_same_report() -> None:
    held = run(scored=mixed)
    for render in (to_html, to_markdown):
        assert render(report(held)) == render(report(held))
    assert to_json(report(held)) == to_json(report(held))
