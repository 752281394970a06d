"""Where no terminal is, progress is a line for every tenth of the work."""

import re

from scenarios.terminal import CountingBar

LINE = re.compile(r"cases: (\d+) of 32, \d+:\d\d:\d\d gone, \d+:\d\d:\d\d left")


def count(quiet):
    with CountingBar(quiet) as bar:
        task = bar.add_task("cases", total=32)
        for _ in range(32):
            bar.advance(task)


def test_a_log_gets_a_line_a_tenth_and_standard_output_nothing(capsys):
    count(quiet=False)
    told = capsys.readouterr()
    # the first whole count past each tenth of 32: 3.2, 6.4, 9.6, ...
    assert LINE.findall(told.err) == ["4", "7", "10", "13", "16", "20", "23", "26", "29", "32"]
    assert told.err.count("\n") == 10
    assert told.out == ""


def test_who_is_quiet_says_nothing(capsys):
    count(quiet=True)
    assert capsys.readouterr() == ("", "")


def test_work_of_no_parts_is_no_error(capsys):
    with CountingBar(quiet=False) as bar:
        task = bar.add_task("cases", total=0)
        bar.update(task, description="nothing to do")
    assert capsys.readouterr() == ("", "")
