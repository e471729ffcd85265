"""Forms of courses and plans."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from courseware.audience import EVERYBODY, Asked, Branch, Leaf, Not, Rule
from courseware.courses import Course
from courseware.plans import MOST_DAYS, MOST_REMINDERS, By, Due, Plan, day_of_year
from lms.fields import CheckboxesField, LineField, WholeField, WordsField
from lms.plans.words import EXEMPTIONS

ALL, ANY = "all", "any"


class PlanForm(FlaskForm):
    """What is asked of whom until when."""

    title = LineField(lazy_gettext("Title"), [DataRequired(), Length(max=120)])
    course = SelectField(lazy_gettext("Course"), [DataRequired(lazy_gettext("Choose a course."))])
    match = RadioField(
        lazy_gettext("How the conditions go together"),
        choices=[
            SelectChoice(ALL, lazy_gettext("whoever meets all of what is said below")),
            SelectChoice(ANY, lazy_gettext("whoever meets any of it")),
        ],
        default=ALL,
    )
    units = SelectMultipleField(lazy_gettext("Organisation"))
    posts = CheckboxesField(lazy_gettext("Post"))
    ranks = CheckboxesField(lazy_gettext("Rank"))
    categories = CheckboxesField(lazy_gettext("Category of cadres"))
    party = BooleanField(lazy_gettext("Members of the party, probationary members included"))
    posted_since = DateField(lazy_gettext("In the present posting since"), [Optional()])
    appointed_since = DateField(lazy_gettext("Appointed to the present post since"), [Optional()])
    without = CheckboxesField(lazy_gettext("But nobody with one of these posts"))
    starts = DateField(lazy_gettext("First day"), [InputRequired()])
    by = RadioField(
        lazy_gettext("To be done by"),
        choices=[
            SelectChoice(str(By.DAY), lazy_gettext("one day for all")),
            SelectChoice(str(By.DAYS), lazy_gettext("some days after somebody was assigned")),
            SelectChoice(str(By.YEAR), lazy_gettext("the same day of every year")),
        ],
        default=str(By.DAY),
    )
    day = DateField(lazy_gettext("The day (also says which day of every year)"), [Optional()])
    days = WholeField(lazy_gettext("Days after the assignment"), [Optional(), NumberRange(1, MOST_DAYS)])
    grace = WholeField(
        lazy_gettext("Days that whoever is assigned later has at least"),
        [InputRequired(), NumberRange(0, MOST_DAYS)],
        default=30,
    )
    earlier = BooleanField(lazy_gettext("What was learned before the first day counts too"))
    before = LineField(lazy_gettext("Remind so many days before the last day"), default="7, 1")
    after = LineField(lazy_gettext("Remind so many days after the last day"), default="1, 7")
    escalate = WholeField(
        lazy_gettext("Tell the training manager of the unit so many days after the last day"),
        [Optional(), NumberRange(0, MOST_DAYS)],
        default=14,
    )

    def offer(
        self, courses: Mapping[str, str], units: Sequence[tuple[str, str]], people: Mapping[Asked, Sequence[str]]
    ) -> None:
        """Set what can be chosen: courses by public id, units with their names, and what people have of posts, ranks and
        categories.
        """
        self.course.choices = [SelectChoice(key, name) for key, name in courses.items()]
        self.units.choices = [SelectChoice(key, name) for key, name in units]
        for box, asked in self._boxes():
            held = [*people.get(asked, ()), *(one for one in box.data or () if not self.is_submitted())]
            box.choices = [SelectChoice(one, one) for one in dict.fromkeys(held)]

    def _boxes(self) -> list[tuple[Any, Asked]]:
        return [
            (self.posts, Asked.POST), (self.ranks, Asked.RANK), (self.categories, Asked.CATEGORY),
            (self.without, Asked.POST),
        ]  # fmt: skip

    def validate_day(self, field: DateField) -> None:
        """Not before the first."""
        if self.by.data == By.DAY and self.starts.data and field.data and field.data < self.starts.data:
            raise ValidationError(gettext("The last day is not before the first."))

    def validate_by(self, field: RadioField) -> None:
        """Where it is counted, the days are said (an empty optional field is not asked itself)."""
        if field.data == By.DAYS and not self.days.data:
            raise ValidationError(gettext("Give the days after the assignment."))
        if field.data != By.DAYS and not self.day.data:
            raise ValidationError(gettext("Give the last day."))

    def validate_before(self, field: LineField) -> None:
        """Days."""
        _days(str(field.data or ""))

    def validate_after(self, field: LineField) -> None:
        """Days."""
        _days(str(field.data or ""))

    def rule(self) -> Rule:
        """Who is meant."""
        leaves = [
            Leaf(asked, tuple(field.data))
            for asked, field in (
                (Asked.UNIT, self.units),
                (Asked.POST, self.posts),
                (Asked.RANK, self.ranks),
                (Asked.CATEGORY, self.categories),
            )
            if field.data
        ]
        leaves += [Leaf(Asked.PARTY)] if self.party.data else []
        days = ((Asked.POSTED_SINCE, self.posted_since.data), (Asked.APPOINTED_SINCE, self.appointed_since.data))
        leaves += [Leaf(asked, since=day) for asked, day in days if day]
        base = Branch(self.match.data == ALL, tuple(leaves)) if leaves else EVERYBODY
        if not self.without.data:
            return base
        return Branch(True, (base, Not(Leaf(Asked.POST, tuple(self.without.data)))))

    def plan(self, course: Course) -> Plan:
        """The plan; only of a form that was found good."""
        by, day = By(str(self.by.data)), self.day.data
        if by is By.YEAR and day:
            due = Due(by, month=day.month, month_day=day.day)
        else:
            due = Due(by, day) if by is By.DAY else Due(by, days=int(self.days.data or 0))
        return Plan(
            course, self.rule(), self.starts.data or date.min, due, int(self.grace.data or 0), bool(self.earlier.data),
            _days(str(self.before.data or "")), _days(str(self.after.data or "")), self.escalate.data,
        )  # fmt: skip


def _days(text: str) -> tuple[int, ...]:
    """Some numbers of days as they were typed: "7, 1"."""
    parts = text.replace("，", ",").replace("、", ",").split(",")
    typed = [part.strip() for part in parts if part.strip()]
    if len(typed) > MOST_REMINDERS or not all(
        one.isascii() and one.isdecimal() and len(one) < 5 and int(one) <= MOST_DAYS for one in typed
    ):
        raise ValidationError(gettext("Give at most six numbers of days, with commas between them."))
    return tuple(sorted({int(one) for one in typed}))


def filled(title: str, course_id: str, plan: Plan) -> dict[str, object]:
    """The fields of a form that says the same as a plan."""
    due, rule = plan.due, plan.audience
    base, without = rule, tuple[str, ...]()
    if isinstance(rule, Branch) and len(rule.rules) == 2 and isinstance(rule.rules[1], Not):
        base, last = rule.rules[0], rule.rules[1].rule
        without = last.values if isinstance(last, Leaf) else ()
    leaves = [one for one in base.rules if isinstance(one, Leaf)] if isinstance(base, Branch) else []
    values = {leaf.asked: list(leaf.values) for leaf in leaves}
    since = {leaf.asked: leaf.since for leaf in leaves}
    day = day_of_year(plan.starts.year, due) if due.by is By.YEAR else due.day
    return {
        "title": title, "course": course_id,
        "match": ALL if not isinstance(base, Branch) or base.every else ANY,
        "units": values.get(Asked.UNIT, []), "posts": values.get(Asked.POST, []), "ranks": values.get(Asked.RANK, []),
        "categories": values.get(Asked.CATEGORY, []), "party": Asked.PARTY in values,
        "posted_since": since.get(Asked.POSTED_SINCE), "appointed_since": since.get(Asked.APPOINTED_SINCE),
        "without": list(without), "starts": plan.starts, "by": str(due.by),
        "day": day, "days": due.days or None, "grace": plan.grace,
        "earlier": plan.earlier, "before": ", ".join(map(str, plan.before)), "after": ", ".join(map(str, plan.after)),
        "escalate": plan.escalate,
    }  # fmt: skip


class CourseForm(FlaskForm):
    """A course without its items, which the page names by themselves."""

    title = LineField(lazy_gettext("Title"), [DataRequired(), Length(max=120)])
    title_en = LineField(lazy_gettext("English title"), [Length(max=120)])
    electives = WholeField(
        lazy_gettext("How many of the elective items have to be done"), [Optional(), NumberRange(0, 120)], default=0
    )
    in_order = BooleanField(lazy_gettext("In this order: each required item opens when those before it are done"))


class ExemptForm(FlaskForm):
    """Why nothing is expected of somebody."""

    reason = SelectField(
        lazy_gettext("Reason"), [DataRequired()], choices=[SelectChoice(key, name) for key, name in EXEMPTIONS.items()]
    )
    words = WordsField(lazy_gettext("What it rests on"), [DataRequired(), Length(4, 200)])


class ExpectForm(FlaskForm):
    """Why it is expected again."""

    words = WordsField(lazy_gettext("Why it is expected again"), [DataRequired(), Length(4, 200)])
