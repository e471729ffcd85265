"""What is wrong with a row of a file or with an item, in sentences; and as records, for the database."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from lms.bank.qti_complaints import QTI_FIELDS, QTI_REASONS
from question_bank.formats.refusal import Refusal

FIELD_NAMES: dict[str, LazyString] = {
    "type": lazy_gettext("Question type"),
    "stem": lazy_gettext("Stem"),
    "options": lazy_gettext("Options"),
    "answer": lazy_gettext("Right answer"),
    "explanation": lazy_gettext("Explanation"),
    "difficulty": lazy_gettext("Difficulty"),
    "cognitive": lazy_gettext("Cognitive level"),
    "subject": lazy_gettext("Subject"),
    "point": lazy_gettext("Knowledge point"),
    "citations": lazy_gettext("Rests on"),
    "blanks": lazy_gettext("Blanks"),
    "pairs": lazy_gettext("Pairs"),
    "sequence": lazy_gettext("Lines in order"),
    "points": lazy_gettext("Marking points"),
    "tolerance": lazy_gettext("Tolerance"),
    "valid_from": lazy_gettext("Valid from"),
    "valid_until": lazy_gettext("Valid until"),
    "id": lazy_gettext("Reference"),
    "ref": lazy_gettext("Reference"),
    "case": lazy_gettext("Case material"),
    "category": lazy_gettext("Category"),
    "right": lazy_gettext("Is right: option"),
    "picture": lazy_gettext("Picture"),
    "settings": lazy_gettext("Settings of the answer"),
    "why": lazy_gettext("Why options are right or wrong"),
    "case_title": lazy_gettext("Title of the case material"),
    "case_id": lazy_gettext("Name of the case material"),
    "derived": lazy_gettext("How the key was computed"),
    "markdown": lazy_gettext("Columns in Markdown"),
    "gaps": lazy_gettext("Gaps"),
    "units": lazy_gettext("Other units"),
    "spots": lazy_gettext("Areas"),
    "mode": lazy_gettext("Tolerance is"),
    "endings": lazy_gettext("Files that may be sent"),
    "megabytes": lazy_gettext("Largest size in megabytes"),
    "model_answer": lazy_gettext("Model answer"),
    "objective": lazy_gettext("Objective"),
    "enemies": lazy_gettext("Enemy group"),
    "classification": lazy_gettext("Classification"),
    "feedback": lazy_gettext("Feedback"),
    "unit": lazy_gettext("Unit"),
    "tags": lazy_gettext("Tags"),
    "hint": lazy_gettext("Hints"),
    "penalty": lazy_gettext("Penalty"),
    "name": lazy_gettext("Name of the question"),
    "description": lazy_gettext("Description"),
    "file": lazy_gettext("File"),
    "defaultgrade": lazy_gettext("Default mark"),
    "generalfeedback": lazy_gettext("General feedback"),
    "correctfeedback": lazy_gettext("Feedback for right answers"),
    "partiallycorrectfeedback": lazy_gettext("Feedback for partly right answers"),
    "incorrectfeedback": lazy_gettext("Feedback for wrong answers"),
    "question": lazy_gettext("Question"),
    "info": lazy_gettext("Description of the category"),
}

REASONS: dict[str, LazyString] = {
    "missing": lazy_gettext("must be given"),
    "too_long": lazy_gettext("is longer than %(limit)s"),
    "too_few": lazy_gettext("has too few; at least %(least)s are needed"),
    "too_many": lazy_gettext("has too many; at most %(most)s are allowed"),
    "duplicate": lazy_gettext("stands there twice"),
    "no_key": lazy_gettext("no right answer is named"),
    "several_keys": lazy_gettext("names more than one right answer"),
    "unknown_type": lazy_gettext("is no question type known here"),
    "unknown_value": lazy_gettext("is not one of the values known here"),
    "not_a_number": lazy_gettext("is not a number"),
    "not_a_date": lazy_gettext("is not a date"),
    "blank_marks": lazy_gettext("the marks of the blanks in the stem do not match the %(blanks)s blanks"),
    "no_blank_key": lazy_gettext("has no right answer"),
    "shares": lazy_gettext("the shares do not add up to the whole"),
    "unknown_field": lazy_gettext("is no field known here"),
    "number_lost": lazy_gettext("was kept by the spreadsheet as a rounded number; enter it as text"),
    "not_an_option": lazy_gettext("names an option that is not there"),
    "same_stem": lazy_gettext("the same question stands in %(row)s"),
    "no_pair": lazy_gettext("is no pair; write left→right"),
    "type_guessed": lazy_gettext("%(rows)s rows name no type; it was inferred from options and answer"),
    "column_left_out": lazy_gettext("is no column known here and was left out"),
    "sheet_left_out": lazy_gettext("this sheet has no header with a stem and was left out"),
    "sheet_header": lazy_gettext("no header was found; the first rows must name at least a stem and an answer"),
    "sheet_kind": lazy_gettext("save the file as .xlsx or .csv and send it again"),
    "sheet_empty": lazy_gettext("the file is empty"),
    "sheet_too_large": lazy_gettext("the file is larger than 20 MB; split it"),
    "sheet_encoding": lazy_gettext("the text is neither UTF-8 nor GB18030; save the file as .xlsx"),
    "sheet_damaged": lazy_gettext("the file is damaged; open it in a spreadsheet program and save it again"),
    "sheet_packed": lazy_gettext("the file unpacks to more than can be read; copy the questions into a new file"),
    "sheet_many_sheets": lazy_gettext("the file has too many sheets"),
    "unreadable": lazy_gettext("cannot be read: %(reason)s"),
    "html_deep": lazy_gettext("is nested too deeply; its words were kept, its form was not"),
    "html_left_out": lazy_gettext("is not kept in questions and was left out"),
    "html_looks": lazy_gettext("is a look that is not kept; the words were"),
    "html_unknown": lazy_gettext("is an element not known here; its words were kept"),
    "html_link": lazy_gettext("is no address a link may lead to; the words were kept"),
    "html_span": lazy_gettext("cells that reach over several are single ones now"),
    "picture_missing": lazy_gettext("this picture is not in the file; its description was kept"),
    "picture_kind": lazy_gettext("is no PNG, JPEG, GIF or WebP picture; its description was kept"),
    "line_left_out": lazy_gettext("this line belongs to no question and was left out"),
    "needs_picture": lazy_gettext("needs its picture: write it in the editor, or bring it as JSON or QTI"),
    "gap_answers": lazy_gettext("names not as many right choices as there are gaps (%(gaps)s)"),
    "no_letter": lazy_gettext("begins without the letter of an option"),
    "no_share": lazy_gettext("ends without its share, as in （50%%）"),
    "no_questions": lazy_gettext("no question was found in the file"),
    "json_damaged": lazy_gettext("the JSON is damaged here"),
    "json_number": lazy_gettext("the JSON holds a number that is none"),
    "json_doubled": lazy_gettext("the JSON names something twice in one object"),
    "json_deep": lazy_gettext("the JSON is nested too deeply"),
    "json_encoding": lazy_gettext("the text is not UTF-8"),
    "picture_hash": lazy_gettext("does not hold the picture that its name says"),
    "lost_pictures": lazy_gettext("the picture is named, not carried; it is found again in this installation only"),
    "lost_name": lazy_gettext("this name cannot be carried; reading the file gives another one"),
    "lost_case": lazy_gettext("the case material has another text in another question; one of them is carried"),
    "lost_blanks": lazy_gettext("blanks at the beginning or end of a text are not carried"),
    "lost_changed": lazy_gettext("is different after the file is read again"),
    "unfit_kind": lazy_gettext("is no PNG, JPEG, GIF or WebP picture"),
    "unfit_large": lazy_gettext("is larger than 8 MB or 40 megapixels"),
    "unfit_damaged": lazy_gettext("is damaged"),
    "unfit_missing": lazy_gettext("is not in the file, and no picture of this name is kept here"),
    "weight": lazy_gettext("a weight is a whole number from 1 to %(most)s, and one for all where order does not count"),
    "area": lazy_gettext("is no area within the picture"),
    "partial_credit": lazy_gettext(
        "is worth a part there because it stands before a whole answer that takes it too; here the whole answer counts"
    ),
    "negative_credit": lazy_gettext("takes marks away there; no question earns less than nothing here"),
    "share_key": lazy_gettext("with these shares the right answer does not earn all the marks, or a wrong one does"),
    "share_range": lazy_gettext("is no share; at most %(most)s%% of the marks"),
    "share_pair": lazy_gettext("has a share, but no such pair can be made"),
    "share_order": lazy_gettext("answers for a part of the marks need blanks in a fixed order"),
    "one_key": lazy_gettext("allows several answers and has one right one; it became a single choice"),
    "feedback_left_out": lazy_gettext("is feedback that has no place here and was left out"),
    "wrong_left_out": lazy_gettext("is a wrong answer that was foreseen; here everything not accepted is wrong"),
    "any_answer": lazy_gettext("accepts any answer; name the right ones"),
    "no_model_answer": lazy_gettext("has neither notes for markers nor general feedback to be its model answer"),
    "factor_rounded": lazy_gettext("the factor of this unit is no exact decimal and was rounded"),
    "cloze_empty": lazy_gettext("has no gap in its text"),
    "cloze_part": lazy_gettext("is a gap that is not whole or of no known kind"),
    "cloze_mixed": lazy_gettext("mixes gaps to type in, to choose from and others; split the question"),
    "cloze_numeric": lazy_gettext("is a number with a tolerance among other blanks; make it a question of its own"),
    "moodle_calculated": lazy_gettext("draws its numbers anew for each candidate, which questions here do not"),
    "moodle_random": lazy_gettext("draws questions at random; blueprints do that here"),
    "moodle_type": lazy_gettext("is a kind of question that has no counterpart here"),
    "description_alone": lazy_gettext("is a text that no question follows"),
    "description_case": lazy_gettext("became the case material of the %(questions)s questions that follow it"),
    "category_unknown": lazy_gettext("names no subject known here; its last part became the knowledge point"),
    "setting_left_out": lazy_gettext("is a setting that has no place here; %(questions)s questions have it"),
    "element_left_out": lazy_gettext("has no place here and was left out"),
    "edited_elsewhere": lazy_gettext("was changed since it was exported; what Moodle shows was taken"),
    "record_unreadable": lazy_gettext("holds particulars of ours that cannot be read; what Moodle shows was taken"),
    "gift_open": lazy_gettext("opens a brace that no brace closes"),
    "gift_braces": lazy_gettext("has more than one pair of braces; put a backslash before braces that are words"),
    "not_carried": lazy_gettext("cannot be said in this format and is lost"),
    "not_written": lazy_gettext("cannot be said in this format; the question is left out"),
    "file_damaged": lazy_gettext("is no readable file and was left out"),
    "file_empty": lazy_gettext("the file is empty"),
    "file_too_large": lazy_gettext("the file is too large; split it"),
    "file_encoding": lazy_gettext("the text is neither UTF-8 nor GB18030; save it as UTF-8"),
    "file_kind": lazy_gettext("is no file of questions in this format"),
    "file_xml_damaged": lazy_gettext("the XML is damaged at line %(line)s"),
    "file_xml_doctype": lazy_gettext("declares a document type, which files of questions need not; it was not read"),
    "file_xml_deep": lazy_gettext("is nested too deeply or has too many elements"),
    "file_zip_damaged": lazy_gettext("the archive is damaged"),
    "file_zip_packed": lazy_gettext("the archive unpacks to more than can be read"),
    "file_zip_name": lazy_gettext("the archive holds a name that leads outside or stands twice"),
    "file_zip_entry": lazy_gettext("the archive holds a link, something encrypted or of a strange kind"),
    "file_no_manifest": lazy_gettext("the package has no imsmanifest.xml"),
    "file_manifest_file": lazy_gettext("names a file that is not in the package"),
    "more_remarks": lazy_gettext("%(count)s more remarks of this kind are not listed"),
    "date_order": lazy_gettext("lies before the day from which it is valid"),
}

FIELD_NAMES |= QTI_FIELDS
REASONS |= QTI_REASONS


def reason_of(refusal: Refusal) -> str:
    """Why, in the language of the request; the code itself for one that has no sentence."""
    template = str(REASONS.get(f"{refusal.code}.{refusal.value}", REASONS.get(refusal.code, refusal.code)))
    try:
        return template % dict(refusal.facts) if refusal.facts else template.partition(" %(")[0]
    except (KeyError, TypeError, ValueError):
        return template.partition(" %(")[0]


def field_name(field: str) -> str:
    """A field as people call it; the number of a blank or option stays beside its name."""
    name, _, number = field.partition(".")
    known = str(FIELD_NAMES.get(name, name))
    return f"{known} {number}" if number else known


def told(refusal: Refusal) -> str:
    """A whole complaint on one line: where, field, value, reason."""
    parts = (refusal.where, field_name(refusal.field), refusal.value and gettext("“%(value)s”", value=refusal.value))
    return ": ".join([*(part for part in parts if part), reason_of(refusal)])


def to_records(refusals: Iterable[Refusal]) -> list[dict[str, Any]]:
    """Complaints as they are stored."""
    return [
        {
            "where": refusal.where,
            "field": refusal.field,
            "value": refusal.value,
            "code": refusal.code,
            "facts": {name: _plain(value) for name, value in refusal.facts.items()},
        }
        for refusal in refusals
    ]


def from_records(records: Iterable[Mapping[str, Any]]) -> tuple[Refusal, ...]:
    """The inverse of `to_records`."""
    return tuple(Refusal(**record) for record in records)


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | None) else str(value)
