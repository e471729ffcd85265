"""Other words for the same, so that what people say finds what texts call otherwise; issuing bodies by name.

The index learns of numbers and issuing bodies by the job that makes it right.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from lms.ids import new_public_id

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

#: what people say: what laws call it
SYNONYMS = """
孩子 儿童 未成年人 | 小孩 儿童 未成年人 | 娃娃 儿童 | 上学 入学 | 念书 入学 | 年龄 周岁 | 岁数 周岁 | 老人 老年人 | 大人 成年人
爸妈 父母 | 家长 监护人 | 媳妇 配偶 | 老公 配偶 | 老婆 配偶 | 离婚证 离婚登记 | 结婚证 结婚登记 | 抚养权 抚养
房东 出租人 | 租客 承租人 | 租房 房屋租赁 | 房租 租金 | 买房 商品房 | 二手房 存量房 | 物业费 物业服务费 | 小区 住宅小区 物业管理区域
老板 用人单位 | 打工 劳动者 | 员工 劳动者 职工 | 工人 劳动者 职工 | 辞退 解除劳动合同 | 开除 解除劳动合同 | 炒鱿鱼 解除劳动合同
辞职 解除劳动合同 | 离职 解除劳动合同 | 裁员 经济性裁减人员 裁减人员 | 工资 劳动报酬 | 薪水 劳动报酬 | 欠薪 拖欠劳动报酬 | 讨薪 拖欠劳动报酬
加班 延长工作时间 | 加班费 延长工作时间 | 产假 生育假 | 病假 医疗期 | 工伤 工伤保险 | 社保 社会保险 | 医保 医疗保险 | 退休金 养老金
网购 网络交易 网络购买 | 网店 网络交易经营者 | 电商 电子商务 | 平台 电子商务平台 网络交易平台 | 直播带货 网络直播营销 | 外卖 网络餐饮服务
包退 退货 | 无理由退货 退货 | 退钱 退款 | 赔钱 赔偿 | 押金 预付款 | 办卡 预付卡 预收款 | 充值卡 预付卡 | 假货 假冒伪劣 | 假药 假冒药品
水货 走私 | 山寨 仿冒 混淆 | 冒牌 假冒注册商标 | 傍名牌 混淆 | 侵权 侵犯 | 牌子 商标 品牌 | 版权 著作权 | 盗版 侵犯著作权 | 抄袭 剽窃
虚假广告 虚假宣传 | 刷单 虚构交易 | 刷好评 虚构交易 虚假评价 | 吹牛 夸大 虚假宣传 | 最好 最佳 国家级 | 杀熟 不合理的差别待遇 差别待遇
涨价 哄抬价格 价格上涨 | 宰客 价格欺诈 | 明码标价 标明价格 | 标价 标明价格 | 缺斤短两 计量 短缺 | 缺斤少两 计量 短缺 | 电子秤 计量器具
垄断 垄断行为 | 二选一 限定交易 | 串标 串通投标 | 围标 串通投标 | 回扣 商业贿赂 贿赂 | 送礼 财物 | 行贿 给予财物 | 受贿 收受财物
过期 超过保质期 | 过期食品 超过保质期 | 变质 腐败变质 | 地沟油 废弃油脂 | 添加剂 食品添加剂 | 小作坊 食品生产加工小作坊 | 小摊 食品摊贩
地摊 摊贩 | 饭店 餐饮服务 | 餐馆 餐饮服务 | 食堂 集中用餐单位 | 健康证 健康证明 | 保健品 保健食品 | 奶粉 婴幼儿配方乳粉 | 转基因 转基因食品
电梯 特种设备 | 锅炉 特种设备 | 煤气 燃气 | 天然气 燃气 | 煤气罐 气瓶 | 电动车 电动自行车 | 电瓶车 电动自行车 | 头盔 安全头盔
高空抛物 抛掷物品 | 楼上扔东西 抛掷物品 | 狗咬人 饲养的动物 | 养狗 养犬 | 噪音 噪声 | 扰民 噪声 | 广场舞 噪声 | 垃圾 生活垃圾 固体废物
酒驾 饮酒后驾驶 | 醉驾 醉酒驾驶 | 闯红灯 交通信号 | 驾照 机动车驾驶证 | 驾驶证 机动车驾驶证 | 车牌 机动车号牌 | 肇事逃逸 交通事故后逃逸
老赖 失信被执行人 | 黑名单 严重违法失信名单 失信名单 | 欠钱 债务 | 欠条 借条 债权凭证 | 借钱 借款 | 高利贷 民间借贷 | 担保人 保证人 | 破产 破产清算
告状 起诉 诉讼 | 打官司 诉讼 | 上诉 不服判决 | 律师费 代理费 | 民告官 行政诉讼 | 复议 行政复议 | 罚单 行政处罚决定书 | 罚钱 罚款 | 没收 没收违法所得
封店 责令停产停业 | 关门 责令停产停业 停业 | 吊销 吊销许可证 吊销营业执照 | 执照 营业执照 | 开店 市场主体登记 | 办照 市场主体登记 | 注册公司 设立登记
注销公司 注销登记 | 法人代表 法定代表人 | 股东会 股东会议 | 分红 利润分配 | 抓人 拘留 逮捕 | 坐牢 有期徒刑 | 判刑 刑罚 | 偷东西 盗窃 | 骗钱 诈骗
举报 投诉举报 | 举报人 举报者 | 查封 扣押 | 抽查 随机抽查 监督检查 | 双随机 随机抽取检查对象 | 执法证 行政执法证件 | 听证会 听证 | 首违不罚 初次违法
个人信息 公民个人信息 | 隐私 个人隐私 | 人脸识别 生物识别 | 偷拍 侵害他人隐私 | 公摊 共有部分 | 拆迁 征收 | 拆迁款 征收补偿 | 宅基地 农村宅基地
"""


def upgrade() -> None:
    """A table, filled with what is generally said."""
    table = op.create_table(
        "ref_synonym",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("word", sa.String(12), nullable=False),
        sa.Column("meaning", sa.String(20), nullable=False),
        sa.Column("made_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("word", "meaning"),
    )
    op.create_index("ix_ref_document_issuer", "ref_document", ["issuer"])
    made = datetime.now(UTC)
    op.bulk_insert(
        table,
        [
            {"public_id": new_public_id(), "word": word, "meaning": meaning, "made_at": made}
            for line in SYNONYMS.replace("\n", "|").split("|")
            for word, *meanings in [line.split()] * bool(line.strip())
            for meaning in meanings
        ],
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_index("ix_ref_document_issuer", "ref_document")
    op.drop_table("ref_synonym")
