"""A small scenario document of our own, to be varied one section at a time."""

from __future__ import annotations

from kefu.scenario import Scenario, parse_scenario

ROLE = "启明供水营业所客服代表袁蕾，负责水表更换的电话预约。"
TASK = "约定上门更换智能水表的日期，说明更换不收费。"
PROFILE = "- 用户：田守仁，58岁，住槐荫里9栋\n- 旧水表2012年安装，已到更换年限"
STEPS = """1. **确认身份**
   - “您好，请问是田守仁田师傅吗？我是启明供水的袁蕾。”
2. **约定时间**
   - “您看周三上午还是周五下午方便？”
   - 如客户没空：“那我下周再给您打。”
3. **道别**
   - “好的，打扰您了，再见。”"""
FACTS = "- Q: 换表收钱吗？\n  A: 不收，材料和人工都免费。\n- Q: 要停多久的水？\n  A: 二十分钟左右。"
OPENING = "“您好，是田师傅吗？启明供水的，跟您约个换水表的时间。”"
ENDING = "**结束条件：**\n- 时间约定好\n- 客户拒绝更换\n\n**结束语：**\n- “谢谢田师傅，再见。”"
BACKGROUND = "- 身份：退休钳工\n- 性格画像：爱问价钱，说话慢"
CONCERNS = "- 首要：会不会收钱\n- 次要：停水多久\n- 潜在：怕新表走得快"
BEHAVIOURS = "- 先问清是哪家单位\n- 听不清会让对方再说一遍"
STYLE = """- **反面教材 (不要这样说)**：
  - “感谢贵司的专业服务。”
- **正面教材 (模仿这种感觉)**：
  - “哦，换表啊，收钱不？”"""
CUSTOMER_ENDING = "- 时间说好了就挂\n- 说到收钱就不谈"


def document(**sections: str) -> str:
    """The document, with some of its sections replaced; an empty one is left out with its heading."""
    parts = [
        *_half(
            "电话拨打方",
            ("角色", sections.get("role", ROLE)),
            ("核心任务（一句话）", sections.get("task", TASK)),
            ("目标客户画像（拨打前已知的情况）", sections.get("profile", PROFILE)),
            ("分步流程和话术（最重要）", sections.get("steps", STEPS)),
            ("问答知识库（常见问题）", sections.get("facts", FACTS)),
            ("开场白", sections.get("opening", OPENING)),
            ("结束条件与结束语", sections.get("ending", ENDING)),
        ),
        *_half(
            "电话接听方",
            ("角色", sections.get("customer", "田守仁，58岁，退休钳工，独居。")),
            ("背景信息（身份、经历、性格）", sections.get("background", BACKGROUND)),
            ("核心关切点（首要、次要、潜在）", sections.get("concerns", CONCERNS)),
            ("对话中的典型行为模式", sections.get("behaviours", BEHAVIOURS)),
            ("回复风格示例", sections.get("style", STYLE)),
            ("结束条件（几种情况）", sections.get("customer_ending", CUSTOMER_ENDING)),
        ),
    ]
    return "\n".join(parts) + "\n"


def _half(name: str, *sections: tuple[str, str]) -> list[str]:
    return [f"## {name}\n", *(f"### {heading}\n{body}\n" for heading, body in sections if body)]


def read(**sections: str) -> Scenario:
    """The document with some sections replaced, read."""
    return parse_scenario(document(**sections), id="meter")
