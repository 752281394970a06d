"""Children that end well, raise, crash, hang: each costs its own task and no other."""

import os
import signal
import time

import pytest

from scenarios.workers import Lost, Task, Worker, done_by_children


def square(number):
    return number * number


def crash(signal_number):
    os.kill(os.getpid(), signal_number)
    time.sleep(60)


def hang():
    time.sleep(60)


def leave():
    os._exit(7)


def misuse():
    raise ValueError("no such thing")


def process_id():
    return os.getpid()


def cores():
    return os.sched_getaffinity(0)


def tasks(*functions_and_arguments, limit_s=30.0):
    return [
        Task(number, function, tuple(arguments), limit_s)
        for number, (function, *arguments) in enumerate(functions_and_arguments)
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_results_do_not_depend_on_the_number_of_workers(workers):
    assert dict(done_by_children(tasks(*((square, n) for n in range(5))), workers)) == {n: n * n for n in range(5)}


def test_crashes_cost_their_own_task_and_say_how_the_child_ended():
    work = tasks((square, 3), (crash, signal.SIGSEGV), (leave,), (square, 4))
    done = dict(done_by_children(work, 1))
    assert done[0] == 9
    assert done[3] == 16
    assert done[1] == Lost("the process that drove it was ended by SIGSEGV")
    assert done[2] == Lost("the process that drove it ended with exit code 7")


def test_a_child_that_hangs_is_killed_at_its_limit():
    worker = Worker()
    child = worker.do(Task("", process_id, (), 30.0))
    assert worker.do(Task("", hang, (), 0.5)) == Lost("not over after 0 s")
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert worker.do(Task("", square, (5,), 30.0)) == 25
    worker.end()


def test_what_a_task_raises_is_raised():
    with pytest.raises(ValueError, match="no such thing"):
        list(done_by_children(tasks((misuse,), (hang,)), 2))


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core")
def test_two_workers_share_the_cores_and_one_has_them_all():
    every = os.sched_getaffinity(0)
    assert list(done_by_children(tasks((cores,)), 1)) == [(0, every)]
    first, second = (shares for _, shares in done_by_children(tasks((cores,), (cores,)), 2))
    assert first.isdisjoint(second)
    assert first | second == every
