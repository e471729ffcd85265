"""What ways of learning and levels are called: on pages, and in the Chinese of papers and workbooks."""

from flask_babel import lazy_gettext

from courseware.facts import Channel, Level

CHANNEL_NAMES = {
    Channel.NETWORK: lazy_gettext("Online course"),
    Channel.CLASS: lazy_gettext("Training class"),
    Channel.IN_HOUSE: lazy_gettext("In-house training"),
    Channel.TRIP: lazy_gettext("Study trip"),
    Channel.ABROAD: lazy_gettext("Training abroad"),
    Channel.UNIVERSITY: lazy_gettext("University class of one's own choice"),
    Channel.LECTURING: lazy_gettext("Lecturing"),
    Channel.ARTICLE: lazy_gettext("Published article"),
    Channel.STUDY_GROUP: lazy_gettext("Study group"),
    Channel.EXAM: lazy_gettext("Exam"),
    Channel.OTHER: lazy_gettext("Other learning"),
}
LEVEL_NAMES = {
    Level.UNIT: lazy_gettext("one's own unit"),
    Level.COUNTY: lazy_gettext("county"),
    Level.CITY: lazy_gettext("city"),
    Level.PROVINCE: lazy_gettext("province"),
    Level.STATE: lazy_gettext("state"),
}
CHANNELS_ZH = {
    Channel.NETWORK: "网络培训",
    Channel.CLASS: "培训班",
    Channel.IN_HOUSE: "单位内训",
    Channel.TRIP: "外出考察学习",
    Channel.ABROAD: "出国（境）培训",
    Channel.UNIVERSITY: "高校自主选学",
    Channel.LECTURING: "授课",
    Channel.ARTICLE: "发表文章",
    Channel.STUDY_GROUP: "中心组学习",
    Channel.EXAM: "考试",
    Channel.OTHER: "其他",
}
LEVELS_ZH = {
    Level.UNIT: "本单位",
    Level.COUNTY: "县级",
    Level.CITY: "市级",
    Level.PROVINCE: "省级",
    Level.STATE: "国家级",
}
