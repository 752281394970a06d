"""Words to cases, by the library that is there."""

import pytest

from moosetest.registry import UnknownNameError
from scenarios.case import Polarity, all_cases
from scenarios.selection import select_cases
from scenarios.suite.request import Job, jobs_of


def ids(*words):
    return {case.case_id for case in select_cases(words)}


EVERY = {case.case_id for case in all_cases()}


def test_no_word_means_all_and_a_name_means_itself():
    assert ids() == EVERY
    assert ids("tempe", "fog") == {"tempe", "fog"}


def test_wildcards_families_tags_and_polarities_are_looked_up_in_the_cases():
    assert ids("*_truck") == {name for name in EVERY if name.endswith("_truck")}
    assert ids("family:DP-*") == {"billboard_person", "person_before_poster", "stop_sign_shirt", "signals_on_a_truck"}
    assert ids("tag:night") == {"dark_clothes", "tempe", "unlit_car"}
    false_alarms = {case.case_id for case in all_cases() if case.polarity is Polarity.FALSE_ALARM}
    assert ids("polarity:F") == ids("polarity:false_alarm") == false_alarms


def test_an_exclamation_mark_leaves_out_of_all_or_of_what_is_wanted():
    assert ids("!tag:day") == EVERY - ids("tag:day")
    assert ids("family:DP-*", "!polarity:F") == {"person_before_poster"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["tempo"], "did you mean 'tempe'"),
        (["tag:nigth"], "did you mean 'night'"),
        (["famly:DP-1"], "did you mean 'family'"),
        (["polarity:X"], "means no case"),
        (["!tempo"], "did you mean 'tempe'"),
        (["tempe", "!tag:night"], "leaves no case"),
    ],
)
def test_a_word_that_means_nothing_is_an_error_with_the_nearest(words, says):
    with pytest.raises(UnknownNameError, match=says):
        select_cases(words)


def test_jobs_are_every_case_severity_and_seed_once_in_order():
    jobs = jobs_of(select_cases(["tempe", "fog"]), [1.0, 0.0, 1.0], [3])
    assert jobs == (Job("fog", 0.0, 3), Job("fog", 1.0, 3), Job("tempe", 0.0, 3), Job("tempe", 1.0, 3))
    assert jobs[-1].name == "tempe-s1-seed3"
