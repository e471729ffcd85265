"""What types, levels, states, marks and outcomes are called."""

from flask_babel import lazy_gettext

from lms.rates import Meaning

#: class types of the yearly reports; the Chinese is what a transcript's facts say, whatever the language of the page
TYPES_ZH = {
    "rotation": "集中轮训", "topic": "专题培训", "entry": "入职", "appointment": "任职", "post": "岗位", "party": "党员",
    "everybody": "全员轮训", "long": "中长期进修", "continuing": "继续教育", "skills": "技能鉴定", "other": "其他",
}  # fmt: skip
TYPES = {
    "rotation": lazy_gettext("Rotation training"),
    "topic": lazy_gettext("Training on a topic"),
    "entry": lazy_gettext("Entry training"),
    "appointment": lazy_gettext("Training for an appointment"),
    "post": lazy_gettext("Post training"),
    "party": lazy_gettext("Training of party members"),
    "everybody": lazy_gettext("Rotation of everybody"),
    "long": lazy_gettext("Longer studies"),
    "continuing": lazy_gettext("Continuing education"),
    "skills": lazy_gettext("Skills test"),
    "other": lazy_gettext("Other training"),
}
LEVELS = {
    "unit": lazy_gettext("Unit level"),
    "county": lazy_gettext("County level"),
    "city": lazy_gettext("City level"),
    "province": lazy_gettext("Province level"),
    "state": lazy_gettext("National level"),
}
CHANNELS = {
    "own": lazy_gettext("Held by ourselves"),
    "commissioned": lazy_gettext("Commissioned"),
    "joint": lazy_gettext("Held with others"),
    "above": lazy_gettext("Called by a higher level"),
    "other": lazy_gettext("Another channel"),
}
ASSESSMENTS = {
    "attendance": lazy_gettext("Attendance alone"),
    "mark": lazy_gettext("A mark that is entered"),
    "exam": lazy_gettext("An exam here"),
}
REQUIRED = {"yes": lazy_gettext("Compulsory"), "no": lazy_gettext("Elective")}
PHASES = {
    "draft": lazy_gettext("Plan drafted"),
    "submitted": lazy_gettext("Plan to be approved"),
    "soon": lazy_gettext("Approved, coming"),
    "running": lazy_gettext("Being held"),
    "over": lazy_gettext("Held, to be closed"),
    "closing": lazy_gettext("Closing to be approved"),
    "closed": lazy_gettext("Class closed"),
    "dropped": lazy_gettext("Not held"),
}
PHASE_COLOURS = {
    "draft": "", "submitted": "warn", "soon": "info", "running": "info", "over": "warn", "closing": "warn", "closed": "good", "dropped": "",
}  # fmt: skip
MOVES = {
    "submit": lazy_gettext("Hand in the plan"),
    "approve": lazy_gettext("Approve the plan"),
    "return": lazy_gettext("Send the plan back"),
    "propose": lazy_gettext("Hand in the closing"),
    "confirm": lazy_gettext("Approve the closing"),
    "reopen": lazy_gettext("Send the closing back"),
    "drop": lazy_gettext("Do not hold this class"),
}
STEPS = {
    "create": lazy_gettext("Plan begun"),
    "edit": lazy_gettext("Plan changed"),
    "submit": lazy_gettext("Plan handed in"),
    "approve": lazy_gettext("Plan approved"),
    "return": lazy_gettext("Plan sent back"),
    "propose": lazy_gettext("Closing handed in"),
    "confirm": lazy_gettext("Closing approved"),
    "reopen": lazy_gettext("Closing sent back"),
    "drop": lazy_gettext("Not held"),
    "correct": lazy_gettext("Result corrected"),
}
KINDS = {
    "present": lazy_gettext("There"),
    "late": lazy_gettext("Came late"),
    "leave": lazy_gettext("On leave"),
    "absent": lazy_gettext("Missing without leave"),
}
KIND_COLOURS = {"present": "good", "late": "info", "leave": "warn", "absent": "bad"}
OUTCOMES = {
    "passed": lazy_gettext("Passed"),
    "failed": lazy_gettext("Not passed"),
    "withdrawn": lazy_gettext("Withdrawn from the class"),
    "exempt": lazy_gettext("Exempt"),
}
OUTCOME_COLOURS = {"passed": "good", "failed": "bad", "withdrawn": "bad", "exempt": "info"}
EXEMPTIONS = {
    "maternity": lazy_gettext("Maternity leave"),
    "illness": lazy_gettext("Sick leave"),
    "seconded": lazy_gettext("Seconded elsewhere"),
    "duty": lazy_gettext("Urgent duty"),
    "elsewhere": lazy_gettext("In other training"),
    "left": lazy_gettext("Left or retired"),
    "other": lazy_gettext("Another reason"),
}
LEAVE_STATES = {
    "asked": lazy_gettext("Leave asked for"),
    "granted": lazy_gettext("Leave granted"),
    "refused": lazy_gettext("Leave refused"),
    "withdrawn": lazy_gettext("Withdrawn"),
}
LEAVE_COLOURS = {"asked": "warn", "granted": "good", "refused": "bad", "withdrawn": ""}
#: what may be wrong with a row of a file of people
ROW_REASONS = {
    "missing": lazy_gettext("must be given where there is no staff number"),
    "number_lost": lazy_gettext("was kept by the spreadsheet as a rounded number; enter it as text"),
    "unknown_number": lazy_gettext("is the staff number of nobody whom you may call"),
    "unknown_name": lazy_gettext("nobody of that name serves in that unit"),
    "several": lazy_gettext("several people of that name serve in that unit; give the staff number"),
    "other_name": lazy_gettext("the staff number belongs to somebody else: %(fact)s"),
    "duplicate": lazy_gettext("stands already in %(fact)s"),
}
CLASHES = {
    "place": lazy_gettext("Room wanted twice"),
    "lecturer": lazy_gettext("Lecturer wanted twice"),
    "learners": lazy_gettext("Learners in two classes at once"),
}
#: what the rates of classes mean
MEANING = Meaning(
    took_part=lazy_gettext("Took part: attended at least a part of one session."),
    passed=lazy_gettext("Passed: by the result in force; who withdrew took part and did not pass."),
    counted=lazy_gettext(
        "Counted are the results in force of closed classes. Somebody called to two classes counts in each of them."
    ),
    reasons=EXEMPTIONS,
)
SHOWN = {
    "called": lazy_gettext("To take part"),
    "exempt": lazy_gettext("Exempt"),
    "expected": lazy_gettext("Counted in the rate"),
    "took_part": lazy_gettext("Took part"),
    "away": lazy_gettext("Did not take part"),
    "passed": lazy_gettext("Passed"),
    "not_passed": lazy_gettext("Not passed"),
}
RATES_BY = {
    "unit": lazy_gettext("By unit"),
    "class": lazy_gettext("By class"),
    "type": lazy_gettext("By type"),
    "year": lazy_gettext("By year"),
}
