"""Domain and persona are inferred from words, never from names or ids."""

from __future__ import annotations

import pytest

from kefu.scenario import parse_scenario
from kefu.scenario.model import Domain, Persona
from scenario.document import read

DOMAINS = dict(zip("123456", Domain, strict=True))
PERSONAS = dict(zip("12345", Persona, strict=True))


def test_domain_of_every_shared_document(shared_documents: dict[str, str]) -> None:
    keys = {name: name.split("-")[1] for name in shared_documents if name.startswith("task-")}
    right = [name for name, key in keys.items() if parse_scenario(shared_documents[name]).domain is DOMAINS[key]]
    assert len(right) / len(keys) >= 0.9


def test_persona_of_every_shared_document(shared_documents: dict[str, str]) -> None:
    keys = {name: name.split("-")[4] for name in shared_documents if name.startswith("task-")}
    right = [name for name, key in keys.items() if parse_scenario(shared_documents[name]).persona is PERSONAS[key]]
    assert len(right) / len(keys) >= 0.9


def test_domain_of_our_own_documents(own_documents: dict[str, str]) -> None:
    keys = {name: name.split("-")[0] for name in own_documents}
    right = [name for name, key in keys.items() if parse_scenario(own_documents[name]).domain == key]
    assert len(right) / len(keys) >= 0.9


def test_the_id_says_nothing() -> None:
    assert parse_scenario("", id="task-4-1-1-2").domain is None
    assert parse_scenario("", id="task-4-1-1-2").persona is None


@pytest.mark.parametrize(
    ("role", "task", "domain"),
    [
        ("银行贷后专员", "提醒客户分期账单逾期，协商还款日", Domain.FINANCE),
        ("招聘助理", "邀请候选人参加初试面试", Domain.HUMAN_RESOURCES),
        ("访问员", "用五道题完成一份乘车满意度问卷", Domain.RESEARCH),
        ("课程顾问", "邀请家长带孩子来上体验课，推荐暑期优惠套餐", Domain.SALES),
        ("电器售后专员", "回访维修后的冰箱，处理客户投诉", Domain.CUSTOMER_SERVICE),
        ("社区护士", "术后随访，提醒老人按时复查", Domain.CARE),
        ("银行网点的提醒专员", "提前通知储户存单即将到期，说明怎么领取", Domain.CARE),
        ("保险公司理赔专员", "核实出险经过，收齐理赔材料", Domain.FINANCE),
    ],
)
def test_domain_by_what_the_call_is_about(role: str, task: str, domain: Domain) -> None:
    assert (
        read(role=role, task=task, profile="", steps="1. **问好**\n   - “您好。”", opening="“您好。”").domain is domain
    )


@pytest.mark.parametrize(
    ("customer", "behaviours", "persona"),
    [
        ("待人热情，愿意配合，好说话", "- 有问必答，主动补充情况\n- 记下来再核对一遍", Persona.COOPERATIVE),
        ("会计出身，讲依据，爱算账", "- 逐条追问口径和明细\n- 要书面材料比对", Persona.ANALYTIC),
        ("性子软，凡事拿不定主意", "- 反复确认，说再想想\n- 支支吾吾，要跟家里商量", Persona.HESITANT),
        ("脾气冲，最反感推销", "- 不耐烦，冷言质问\n- 直接挂断，让别再打", Persona.RESISTANT),
        ("雷厉风行，讲究效率", "- 直奔主题，先要结论\n- 干脆拍板，不寒暄", Persona.DIRECT),
    ],
)
def test_persona_by_how_the_customer_is(customer: str, behaviours: str, persona: Persona) -> None:
    assert read(customer=customer, behaviours=behaviours, background="", profile="", task="").persona is persona
