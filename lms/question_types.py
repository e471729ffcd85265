"""The names of the question types and of the rules by which they are scored, as pages show them."""

from flask_babel import lazy_gettext

TYPE_NAMES = {
    "single_choice": lazy_gettext("Single choice"),
    "multiple_choice": lazy_gettext("Multiple choice"),
    "true_false": lazy_gettext("True or false"),
    "fill_in": lazy_gettext("Fill in"),
    "inline_choice": lazy_gettext("Choose in the text"),
    "numeric": lazy_gettext("Numeric"),
    "ordering": lazy_gettext("Ordering"),
    "matching": lazy_gettext("Matching"),
    "hotspot": lazy_gettext("Picture areas"),
    "short_answer": lazy_gettext("Short answer"),
    "essay": lazy_gettext("Essay"),
    "file_answer": lazy_gettext("File to hand in"),
}
#: the rules of `question_bank.scoring`
MULTI_NAMES = {
    "cn_half": lazy_gettext("too few: half the marks; any wrong one: none"),
    "all_or_nothing": lazy_gettext("all right options and no other, else none"),
    "cn_per_option": lazy_gettext("too few: a quarter of the marks each; any wrong one: none"),
    "cn_proportional": lazy_gettext("too few: in proportion; any wrong one: none"),
    "right_minus_wrong": lazy_gettext("right minus wrong ticks"),
    "moodle_weights": lazy_gettext("right minus weighted wrong ticks"),
    "ou_multiresponse": lazy_gettext("right ticks less those too many"),
    "multiple_true_false": lazy_gettext("each option on its own"),
}
ORDER_NAMES = {
    "all_or_nothing": lazy_gettext("all lines in their places, else none"),
    "absolute_position": lazy_gettext("each line in its place"),
    "relative_next": lazy_gettext("each line that follows the right one"),
    "longest_ordered_subset": lazy_gettext("the most lines that stand in order"),
    "longest_contiguous": lazy_gettext("the longest run without a gap"),
    "relative_to_correct": lazy_gettext("less the further lines are from their places"),
}
MATCH_NAMES = {
    "per_pair": lazy_gettext("each right pair"),
    "none_wrong": lazy_gettext("each right pair; any wrong one: none"),
    "all_or_nothing": lazy_gettext("all pairs right, else none"),
}
