"""The columns of a question sheet, and every word by which people call them and their values."""

import re
import unicodedata

LETTERS = "ABCDEFGHIJKL"
#: canonical column -> its title in our template, then its other names
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("编号", "试题编号", "题目编号", "id", "ref"),
    "type": ("题型", "试题类型", "题目类型", "类型", "题目题型", "type", "questiontype"),
    "stem": ("题干", "题目", "试题内容", "题目内容", "试题", "试题题干", "问题", "题面", "stem", "question"),
    "options": ("选项", "备选项", "选项内容", "候选项", "options"),
    "answer": ("正确答案", "答案", "标准答案", "参考答案", "正确选项", "answer", "key"),
    "explanation": ("答案解析", "解析", "试题解析", "题目解析", "解题思路", "说明", "explanation"),
    "difficulty": ("难度", "难易度", "难易程度", "难度系数", "难度等级", "difficulty"),
    "cognitive": ("认知层次", "能力层次", "考核层次", "cognitive"),
    "subject": ("大类", "科目", "学科", "专业", "subject"),
    "point": ("知识点", "考点", "知识要点", "point"),
    "category": ("分类", "试题分类", "题库", "章节", "所属章节", "category"),
    "citations": ("来源", "法规条款", "依据", "法律依据", "出处", "法条", "citations", "source"),
    "valid_from": ("生效日期", "有效期起", "validfrom"),
    "valid_until": ("有效期至", "失效日期", "有效期止", "validuntil"),
    "objective": ("考核目标", "教学目标", "能力目标", "考核要点", "objective"),
    "enemies": ("互斥组", "相斥组", "互斥试题", "enemies"),
    "classification": ("使用范围", "公开范围", "保密级别", "classification"),
    "case_title": ("材料标题", "案例标题", "案例名称", "材料名称", "casetitle"),
    "case": ("案例", "案例材料", "材料", "背景材料", "阅读材料", "case", "passage", "material"),
    "case_id": ("材料编号", "案例编号", "caseid"),
    "why": ("选项说明", "选项解析", "干扰项说明", "why"),
    "points": ("采分点", "评分要点", "得分点", "评分标准", "points"),
    "derived": ("推算说明", "推算依据", "derived"),
    "settings": ("答题设置", "附加设置", "settings"),
    "markdown": ("Markdown列", "格式列", "markdown"),
}
#: columns that mean something elsewhere and nothing to a question here
IGNORED = {
    "序号", "题号", "分值", "分数", "得分", "标签", "关键词", "备注", "分组", "出题人", "命题人", "审题人", "创建时间",
    "no", "score", "tags",
}  # fmt: skip
TYPES: dict[str, tuple[str, ...]] = {
    "single_choice": ("单选题", "单选", "单项选择题", "单项选择", "single", "singlechoice", "radio", "singleselect"),
    "multiple_choice": (
        "多选题",
        "多选",
        "多项选择题",
        "多项选择",
        "不定项选择题",
        "不定项",
        "multiple",
        "multiplechoice",
        "checkbox",
        "multi",
        "multiselect",
    ),
    "true_false": ("判断题", "判断", "是非题", "对错题", "判断正误", "truefalse", "judge", "judgement", "boolean"),
    "fill_in": ("填空题", "填空", "fillin", "fill", "blank", "fillblank"),
    "numeric": ("计算题", "数值题", "计算", "numeric"),
    "ordering": ("排序题", "排序", "ordering"),
    "matching": ("匹配题", "匹配", "连线题", "配对题", "配伍题", "matching"),
    "short_answer": ("简答题", "简答", "问答题", "问答", "名词解释", "shortanswer"),
    "essay": ("论述题", "论述", "材料题", "分析题", "案例分析题", "案例分析", "essay"),
    "inline_choice": ("选词填空题", "选词填空", "选择填空题", "选择填空", "下拉填空", "inlinechoice", "cloze"),
    "hotspot": ("热点图题", "热点题", "热区题", "图片点选题", "hotspot"),
    "file_answer": ("文件题", "文件作答题", "上传题", "附件题", "操作题", "fileanswer", "upload"),
}
#: says only that there are options
EITHER_CHOICE = {"选择题", "选择", "choice", "mcq"}
DIFFICULTIES: dict[str, tuple[str, ...]] = {
    "easy": ("易", "简单", "容易", "低", "较易", "1", "2", "easy"),
    "medium": ("中", "一般", "中等", "适中", "普通", "3", "medium"),
    "hard": ("难", "困难", "较难", "高", "4", "5", "hard"),
}
COGNITIVE: dict[str, tuple[str, ...]] = {
    "remember": ("识记", "记忆", "了解", "remember"),
    "understand": ("理解", "掌握", "understand"),
    "apply": ("应用", "运用", "apply"),
}
CLASSIFICATIONS: dict[str, tuple[str, ...]] = {
    "open": ("公开", "开放", "练习和考试", "open"),
    "reserved": ("仅考试", "考试专用", "保留", "内部", "reserved"),
}
TRUTH = {
    True: ("对", "正确", "√", "✓", "✔", "是", "t", "true", "y", "yes", "1", "同意"),
    False: ("错", "错误", "×", "✗", "✘", "x", "否", "f", "false", "n", "no", "0", "不同意", "不正确"),
}
_OPTION = re.compile(r"(?:选项|备选项|option)?([a-l])(?:选项)?\Z")
_NUMBERED = re.compile(r"选项(\d{1,2}|[一二三四五六七八九十]|十[一二])(内容|是否正确)?\Z")
_CHINESE = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")


def plain(text: str) -> str:
    """A word as headers and values are compared: one width, lower case, without blanks, marks of duty or brackets."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s*_:：\-]|[(（\[【][^)）\]】]*[)）\]】]", "", folded)


def column_of(header: str) -> str | None:
    """The canonical column of a header (`options.A` for an option, `right.A` whether it is right), None for others."""
    word = plain(header)
    if word in _COLUMN:
        return _COLUMN[word]
    if option := _OPTION.match(word):
        return f"options.{option[1].upper()}"
    if numbered := _NUMBERED.match(word):
        place = _CHINESE.index(numbered[1]) + 1 if numbered[1] in _CHINESE else int(numbered[1])
        if 1 <= place <= len(LETTERS):
            return f"{'right' if numbered[2] == '是否正确' else 'options'}.{LETTERS[place - 1]}"
    return None


def is_ignored(header: str) -> bool:
    """Whether a column is known and left out on purpose."""
    return plain(header) in IGNORED


def value_of(words: dict[str, tuple[str, ...]], text: str) -> str | None:
    """The value one of whose names is `text`, None when it is nobody's."""
    word = plain(text)
    return next((value for value, names in words.items() if word == value or word in names), None)


def truth_of(text: str) -> bool | None:
    """Right or wrong as people write it, None for anything else."""
    word = plain(text)
    return next((value for value, names in TRUTH.items() if word in names), None)


_COLUMN = {plain(name): column for column, names in NAMES.items() for name in names}
