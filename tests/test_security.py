"""Every sentence of the README on security has its tests; who changes one looks at them."""

from __future__ import annotations

import re
from functools import cache

from tests.conftest import ROOT

ATTACKS = ("attacks/test_attacks.py", "test_at_full_the_table_says_stopped_everywhere")
FORGERIES = ("attacks/test_attacks.py", "test_an_attack_gets_as_far_as_the_table_says")
RECOGNISED = ("judge/test_differences.py", "test_differences_element_by_element_are_recognised")

PROOFS = {
    "A submission is untrusted.": [ATTACKS],
    "On Linux, at the isolation level `full`, its code runs": [
        ATTACKS,
        ("sandbox/test_confinement.py", "test_an_attempt_to_get_out_is_refused"),
        ("sandbox/test_endings.py", "test_an_allocation_beyond_the_limit_is_a_memory_error"),
        ("sandbox/test_endings.py", "test_a_submission_that_does_not_end_is_a_timeout"),
        ("sandbox/test_endings.py", "test_a_flood_of_output_is_capped"),
    ],
    "That process gets inputs only:": [
        FORGERIES,
        ("sandbox/test_confinement.py", "test_nothing_of_the_grader_is_open_or_in_the_environment"),
    ],
    "A crash, an endless loop or hostile output costs": [
        FORGERIES,
        ("course/test_judging.py", "test_a_cell_that_fails_costs_its_exercise_and_no_other"),
        ("course/test_judging.py", "test_a_backward_that_ends_its_process_costs_its_exercise_and_no_other"),
        ("course/test_judging.py", "test_a_notebook_has_a_time_and_a_number_of_runs"),
        ("attacks/test_mutated_replies.py", "test_mutated_replies"),
        ("attacks/test_mutated_notebooks.py", "test_mutated_notebooks_have_their_marks_each"),
    ],
    "What the grader itself reads of a submission takes time": [
        ("attacks/test_burdens.py", "test_files_take_bounded_time_and_memory"),
        ("attacks/test_burdens.py", "test_what_is_written_for_files_is_bounded"),
        ("attacks/test_burdens.py", "test_notebooks_take_bounded_time_and_memory"),
        ("attacks/test_burdens.py", "test_each_notebook_has_its_marks"),
        ("course/test_allowance.py", "test_code_that_costs_too_much_is_shown_as_it_was_typed"),
        ("course/test_allowance.py", "test_markdown_that_costs_too_much_is_shown_as_it_was_typed"),
        ("course/test_handed_in.py", "test_files_have_a_size_in_sum_and_holes_count"),
        ("course/test_handed_in.py", "test_of_a_million_files_without_a_notebook_the_first_are_looked_at"),
        ("test_docs.py", "test_every_module_that_reads_text_outside_the_sandbox_says_how_much"),
    ],
    "A class's secret seed is in no result.": [
        ("classes/test_grade.py", "test_a_secret_seed_is_in_nothing_that_is_written_and_its_fingerprint_tells_it"),
        ("course/test_course.py", "test_the_seed_is_in_no_output"),
        ("classes/test_seed.py", "test_a_page_has_no_secret_seed"),
    ],
    "A submission's folder is opened once,": [
        ("attacks/test_races.py", "test_a_class_of_files"),
        ("attacks/test_races.py", "test_a_class_of_notebooks("),
        ("attacks/test_races.py", "test_a_class_of_notebooks_graded_by_nbgrader_itself"),
        ("attacks/test_races.py", "test_a_class_of_notebooks_as_nbgrader_itself_has_them_read"),
        ("sandbox/test_files.py", "test_a_folder_is_what_it_was_when_it_was_opened"),
        ("sandbox/test_files.py", "test_a_folder_on_the_way_that_has_become_a_link_is_not_followed"),
        ("course/test_handed_in.py", "test_what_was_read_is_copied_whatever_it_has_become"),
        ("course/test_handed_in.py", "test_the_timestamp_that_was_looked_at_is_the_one_that_is_copied"),
        ("course/test_handed_in.py", "test_a_time_zone_is_no_file_of_a_students"),
    ],
    "Only a folder that you name yourself may be a link,": [
        ("sandbox/test_files.py", "test_a_submission_may_itself_be_reached_through_a_link"),
        ("sandbox/test_files.py", "test_a_submission_is_not_reached_through_another_users_link"),
        ("sandbox/test_files.py", "test_a_submission_is_not_reached_behind_another_users_link"),
    ],
    "In a course, a link above the students' folders is": [
        ("sandbox/test_files.py", "test_above_a_courses_submissions_a_link_may_be_anybodys")
    ],
    "The levels below, `limits` and `process`,": [
        ("classes/test_grade.py", "test_no_lower_level_than_full_is_taken_unless_it_is_named")
    ],
    "[grader/sandbox](grader/sandbox/README.md) says how": [
        ("attacks/test_attacks.py", "test_the_table_has_every_attack_and_no_other")
    ],
    "Nobody can tell whether a right gradient was derived": [
        ("judge/test_differences.py", "test_who_calls_the_forward_a_few_times_keeps_every_point")
    ],
    "One from numerical differences is recognised by its calls": [
        RECOGNISED,
        ("judge/test_differences.py", "test_differences_of_many_elements_at_a_time_are_recognised"),
        ("judge/test_differences.py", "test_a_third_of_the_cases_and_three_at_least_make_sure"),
        ("sandbox/test_guard.py", "test_the_forward_beside_its_own_input_is_recognised"),
    ],
    "Through a copy of the forward it is recognised by the digits": [
        FORGERIES,
        ("policy/test_precision.py", "test_a_quarter_of_the_numbers_has_to_be_coarse"),
    ],
    "What lacks none isn't recognised:": [("judge/test_differences.py", "test_what_the_readme_calls_unrecognised_is")],
    "Nor are any in `two_updates`": [("judge/test_differences.py", "test_what_the_readme_calls_unrecognised_is")],
}
"""The beginning of each sentence, and tests that fail if it were false: their files and names."""


@cache
def sentences() -> list[str]:
    section = (ROOT / "README.md").read_text("utf-8").partition("## Security\n")[2].partition("\n## ")[0]
    return re.split(r"(?<=\.) (?=[A-Z\[])", " ".join(section.split()))


def test_every_sentence_on_security_has_its_tests() -> None:
    assert [next((each for each in PROOFS if one.startswith(each)), one) for one in sentences()] == list(PROOFS)


def test_these_tests_are_there() -> None:
    for proofs in PROOFS.values():
        for file, name in proofs:
            assert f"\ndef {name}" in (ROOT / "tests" / file).read_text("utf-8"), f"{file} has no {name}"
