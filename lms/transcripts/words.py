"""What kinds of entries and reports are called: on pages, and in the Chinese of papers and workbooks."""

from flask_babel import lazy_gettext

KIND_NAMES = {
    "unit": lazy_gettext("Course unit"),
    "exam": lazy_gettext("Exam"),
    "class": lazy_gettext("Training class"),
    "outside": lazy_gettext("Outside learning"),
}
KINDS_ZH = {"unit": "网络课程", "exam": "考试", "class": "培训班", "outside": "外出学习"}
#: reports by the beginning of their files' names
REPORT_NAMES = {
    "archive": lazy_gettext("Personnel archive"),
    "prints": lazy_gettext("Transcripts as PDF"),
    "monthly": lazy_gettext("Report on a month"),
}
