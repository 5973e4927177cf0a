"""A document and talks of our own to score: a housekeeping firm asks how the cleaning went."""

from __future__ import annotations

from functools import cache

from kefu.call.call import Call, EndedBy, Ending, Phase
from kefu.call.turn import Speaker, Turn
from kefu.scenario import Scenario, parse_scenario
from kefu.score import Scorecard, score_call
from kefu.score.verdict import Rule

DOCUMENT = """# 保洁回访

## 电话拨打方

### 角色
孙悦，宜林家政的回访专员，女，说话干脆，不推销，不许诺自己定不了的事。

### 核心任务（一句话）
就3月8日的上门保洁做一次回访，问清满意不满意，记录问题，约好补做的时间。

### 目标客户画像（电话拨打方所掌握的电话接听方的一些基本信息）
- 段女士，住梧桐里小区，3月8日做过一次四小时的深度保洁

### 分步流程和话术（最重要）

1. **确认身份**
   - “您好，请问是段秋萍女士吗？我是宜林家政的孙悦。”
   - 如客户说不方便：“那我换个时间打给您，打扰了。”

2. **说明来意**
   - “给您打电话是想做个保洁回访，两分钟就好，不推销任何东西。”

3. **询问满意度（只问一次）**
   - “3月8日阿姨打扫得怎么样，您满意吗？有没有哪里没弄干净？”

4. **登记问题并安排补做**
   - 如客户反映有问题：“给您添麻烦了，我登记下来，安排阿姨免费补做一次，您看这周六上午还是周日下午方便？”

5. **告知收费**
   - “补做不收钱；以后再约深度保洁是每次260元，四个小时。”

6. **致谢收尾**
   - “感谢您的反馈，有事打400-600-7321，祝您生活愉快，再见。”

### 问答知识库（常见的客户问题和答案）
- Q：补做要另外收费吗？
  A：不收费，一次保洁可以免费补做一次。
- Q：下次还能是同一位阿姨吗？
  A：可以备注，但要看她那天有没有排班，不能保证。
- Q：东西弄坏了怎么办？
  A：先拍照留底，我们登记后由理赔专员三个工作日内联系您。
- Q：怎么不要再给我打电话？
  A：可以登记免打扰，以后不再回访。

### 开场白
“您好，是段秋萍女士吗？宜林家政的孙悦，做个保洁回访，两分钟。”

### 结束条件与结束语
- 问题已登记，补做时间已定
- 客户明确拒绝回访
- 接听的不是本人

**结束语：**
“好的，那就不打扰您了，祝您生活愉快，再见。”

## 电话接听方

### 角色
段秋萍，46岁，开裁缝铺，手头总有活，性子急，不爱绕弯。

### 背景信息（包括了身份，关键经历，性格画像，接电话前的即时情境）
- 身份：裁缝铺老板，住梧桐里小区
- 即时情境：正在给客人改裤脚

### 核心关切点（包括了首要，次要和潜在问题）
- 首要问题：厨房油烟机没有擦干净，要不要再收钱
- 次要问题：别老打电话

### 对话中的典型行为模式（包括了情绪变化，不确定性，环境因素）
- 开口就催对方快说

### 回复风格示例（规定了回复风格接近于真实人类而非AI，包括了反面教材和正面教材）
- **反面教材（不要这样说）：**
  - “非常感谢贵公司的回访，我对本次保洁服务的整体流程表示高度认可。”
- **正面教材（模仿这种感觉）：**
  - “快说，我这儿改着裤脚呢。”

### 结束条件（规定了几种结束条件）
- 说清楚油烟机的事就挂
"""


@cache
def document() -> Scenario:
    return parse_scenario(DOCUMENT, id="cleaning")


def talk(*lines: str, ending: Ending | None = None) -> Call:
    """A call from lines that begin with 坐席： or 客户：."""
    sides = {"坐席": Speaker.CALLER, "客户": Speaker.CUSTOMER}
    turns = tuple(Turn(speaker=sides[line[:2]], text=line[3:]) for line in lines)
    return Call(scenario="cleaning", turns=turns, ending=ending, phase=Phase.ENDED)


GOOD = talk(
    "坐席：喂，您好，是段秋萍段女士吧？我宜林家政的孙悦，打来问一声上回保洁的事，两分钟，不卖东西。",
    "客户：是我，快说，我这儿改着裤脚呢。",
    "坐席：好，就问一句，3月8号阿姨收拾得您满意不？有哪儿没弄利索的？",
    "客户：别的还行，就是厨房油烟机上头全是油，跟没擦一样。",
    "坐席：那是我们没做到位，给您添堵了。我登记上，安排阿姨再来补一趟，这周六上午还是周日下午，您哪天顺？",
    "客户：周日下午吧。还要再收钱不？",
    "坐席：不收，一次保洁能免费补做一回。往后您再约深度保洁，还是260块四个钟头。",
    "客户：行，那就周日，别又糊弄我。",
    "坐席：您放心，周日下午我都记好了。有变动打400-600-7321，谢谢您，祝您生意兴隆，再见。",
    "客户：嗯，挂了。",
)
REFUSED = talk(
    "坐席：您好，是段秋萍女士吗？我是宜林家政的孙悦，做个保洁回访，两分钟。",
    "客户：不做，没兴趣，以后别打了。",
    "坐席：好的，我给您登记免打扰，往后不再打了，打扰您了，祝您生活愉快，再见。",
    "客户：嗯。",
)
FLAWED = talk(
    "坐席：喂，段秋萍是吧，保洁回访的。",
    "客户：是我，你哪家的？快说。",
    "坐席：身份证号你先念一遍，登记用。",
    "客户：做个保洁要身份证干嘛，不报。",
    "坐席：爱报不报，就您事儿多。",
    "客户：你这什么态度！我投诉你。",
    "坐席：随便您投诉，油烟机脏了怪您自己不常擦。",
    "客户：有病吧，挂了。",
)


def broken(call: Call) -> set[tuple[str, int]]:
    """The rules broken in a call of the document, with their turns."""
    return {(violation.rule.value, violation.turn) for violation in card(call).violations}


def card(call: Call) -> Scorecard:
    return score_call(document(), call)


def turns_of(call: Call, rule: Rule) -> list[int]:
    return [violation.turn for violation in card(call).violations if violation.rule is rule]


FAILED = Ending(by=EndedBy.ERROR, reason="timeout", detail="caller: no answer")
