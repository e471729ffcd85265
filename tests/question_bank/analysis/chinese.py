"""Chinese essays made up for tests: unrelated ones share phrases as people do, and hardly a run of eight characters."""

import random

_ABOUT = [
    "食品安全",
    "药品流通",
    "特种设备",
    "计量器具",
    "广告发布",
    "商标使用",
    "价格公示",
    "网络交易",
    "企业登记",
    "信用监管",
    "消费维权",
    "质量抽检",
    "直播带货",
    "小微餐饮",
    "农贸市场",
    "养老服务",
    "校园食堂",
    "医疗器械",
    "专利代理",
    "公平竞争",
    "合同格式",
    "认证检测",
    "电梯维保",
    "气瓶充装",
    "冷链仓储",
    "夜间摊点",
    "母婴用品",
    "二手车辆",
    "燃气具",
    "儿童玩具",
]
_WHO = [
    "基层执法人员",
    "监管所同志",
    "老百姓",
    "经营者",
    "消费者",
    "带队干部",
    "年轻同事",
    "社区网格员",
    "平台负责人",
    "投诉举报人",
    "检查组",
    "行业协会",
    "法制审核员",
    "街道干部",
    "村里的商户",
    "外来务工者",
    "退休教师",
    "店主老周",
    "实习队员",
    "业务骨干",
]
_HOW = [
    "耐心地",
    "反复",
    "逐户",
    "从严",
    "依法",
    "细致地",
    "主动",
    "及时",
    "用心",
    "坦率地",
    "连夜",
    "一步一步",
    "面对面",
    "不厌其烦地",
    "按照清单",
    "带着问题",
    "结合案例",
    "换位思考后",
    "当场",
    "事后",
]
_DO = [
    "核对",
    "排查",
    "解释",
    "记录",
    "提醒",
    "约谈",
    "走访",
    "复查",
    "讲清",
    "受理",
    "调解",
    "抽查",
    "整理",
    "督促",
    "改进",
    "拍照",
    "比对",
    "追踪",
    "梳理",
    "反映",
]
_WHAT = [
    "进货台账",
    "营业执照",
    "温度记录",
    "检验报告",
    "标签标识",
    "投诉线索",
    "收费明细",
    "承诺书",
    "操作规程",
    "整改清单",
    "风险隐患",
    "培训笔记",
    "处罚裁量",
    "证据材料",
    "宣传页面",
    "从业资格",
    "群众诉求",
    "旧账难题",
    "数据口径",
    "责任分工",
    "维修日志",
    "留样柜",
    "公示栏",
    "库房角落",
    "后厨通道",
]
_WHEN = [
    "去年冬天",
    "那个雨夜",
    "刚到岗时",
    "上个季度",
    "春节前夕",
    "一次例会上",
    "开学之前",
    "三伏天里",
    "有一天清晨",
    "换证高峰",
    "临近中午",
    "年底盘点",
    "接到来电后",
    "集中整治中",
    "轮岗以后",
    "双十一那周",
    "台风过境后",
    "月初",
    "周末",
    "傍晚收摊时",
]
_SO = [
    "心里踏实了许多",
    "才明白分寸二字的重量",
    "事情由此有了转机",
    "大家都松了一口气",
    "问题总算浮出水面",
    "我记了满满两页",
    "后来成了所里的样板",
    "争议就此了结",
    "第二天便见了效",
    "这让我很受触动",
    "办法其实并不复杂",
    "信任就是这样来的",
    "道理讲透了人心就顺",
    "谁都没有再推脱",
    "往后少走了弯路",
    "效率反而更高",
]
#: what everybody writes
PHRASES = [
    "为人民服务是我们的根本宗旨",
    "坚持依法行政，规范公正文明执法",
    "守住安全底线",
    "切实把群众利益放在首位",
    "学习永远在路上",
]


def sentence(chance: random.Random) -> str:
    """One sentence of one of several shapes."""
    if chance.random() < 0.02:
        return chance.choice(PHRASES) + "。"
    pick = chance.choice
    shape = chance.randrange(4)
    who, how, do, what, when, so, about = (pick(words) for words in (_WHO, _HOW, _DO, _WHAT, _WHEN, _SO, _ABOUT))
    number = chance.randrange(2, 90)
    return (
        f"{when}，{who}{how}{do}{what}，{so}。",
        f"说到{about}，{who}{do}了{number}份{what}；{when}又{how}{pick(_DO)}{pick(_WHAT)}。",
        f"{who}问起{about}的{what}，我{how}{do}，{so}。",
        f"{about}这件事，{how}{do}{what}固然要紧，{who}{pick(_HOW)}{pick(_DO)}{pick(_WHAT)}也少不了。",
    )[shape]


def essay(chance: random.Random, length: int = 1230) -> str:
    """So many characters, in paragraphs."""
    parts: list[str] = []
    size = 0
    while size < length:
        parts.append(sentence(chance) + ("\n\n" if chance.random() < 0.12 else ""))
        size += len(parts[-1])
    return "".join(parts)[:length]


def copied(text: str, source: str, share: float, chance: random.Random) -> str:
    """The text with so much of it replaced by one piece or two of the source, word for word."""
    pieces = 1 if share < 0.2 else 2
    size = round(len(text) * share / pieces)
    for number in range(pieces):
        half = len(text) // pieces
        at = number * half + chance.randrange(0, half - size)
        there = number * half + chance.randrange(0, half - size)
        text = text[:at] + source[there : there + size] + text[at + size :]
    return text
