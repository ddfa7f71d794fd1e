"""A call in a process beside this one: what it gives, that seeds hold there, and what becomes of failures."""

import os
import random
import threading
import time

import pytest

from cnnfigs.aside import ProcessEndedError, aside


def drawn(seed):
    """Draw slowly after setting the seed, as a network does that takes its weights one after another."""
    random.seed(seed)
    numbers = []
    for _ in range(5):
        numbers.append(random.random())
        time.sleep(0.01)
    return numbers


def number(_):
    """Tell which process this is, and print something."""
    print("printed")
    return os.getpid()


def end(code):
    """End the process."""
    os._exit(code)


def test_seeds_hold_although_another_thread_draws():
    expected = drawn(3)
    stop = threading.Event()

    def draw():
        while not stop.is_set():
            random.random()

    other = threading.Thread(target=draw)
    other.start()
    try:
        assert drawn(3) != expected  # the reason for all this
        assert aside(drawn, 3) == expected
    finally:
        stop.set()
        other.join()


def test_one_process_serves_all_calls_and_prints_past_the_answers():
    first = aside(number, None)
    assert first != os.getpid()
    assert aside(number, None) == first


def test_what_a_function_raises_is_raised_here():
    with pytest.raises(ValueError, match="invalid literal"):
        aside(int, "no number")
    assert aside(int, "7") == 7


def test_a_process_that_ends_is_told_and_replaced():
    with pytest.raises(ProcessEndedError, match="worked on 3 ended with code 3"):
        aside(end, 3)
    assert aside(int, "8") == 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="here no process is forked")
def test_a_fork_asks_a_process_of_its_own():
    here = aside(number, None)
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.write(writing, str(aside(number, None)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        assert int(told.read()) not in (here, child)
    os.waitpid(child, 0)
    assert aside(number, None) == here
