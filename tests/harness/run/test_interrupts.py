"""Interrupts are raised where a run waits, and deferred elsewhere."""

from __future__ import annotations

import signal
import threading

import pytest

from orders_conformance.harness.run.interrupts import Interrupts


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def test_an_interrupt_while_the_run_waits_comes_through() -> None:
    interrupts = Interrupts()
    with interrupts.deferred(), pytest.raises(KeyboardInterrupt):
        interrupts.interruptible(interrupt)()


def test_an_interrupt_elsewhere_is_kept_until_the_run_waits() -> None:
    interrupts = Interrupts()
    waited: list[str] = []
    with interrupts.deferred():
        interrupt()
        waited.append("kept")
        with pytest.raises(KeyboardInterrupt):
            interrupts.interruptible(waited.append)("not to be called")
    assert waited == ["kept"]


def test_an_interrupt_comes_through_once() -> None:
    interrupts = Interrupts()
    waited: list[str] = []
    with interrupts.deferred():
        with pytest.raises(KeyboardInterrupt):
            interrupts.interruptible(interrupt)()
        interrupts.interruptible(waited.append)("called")
    assert waited == ["called"]


def test_an_interrupt_while_reports_are_written_is_of_no_effect() -> None:
    with Interrupts().deferred():
        interrupt()


def test_afterwards_interrupts_are_as_before() -> None:
    with Interrupts().deferred():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_a_process_is_an_interrupt(number: signal.Signals) -> None:
    interrupts = Interrupts()
    with interrupts.deferred(), pytest.raises(KeyboardInterrupt):
        interrupts.interruptible(signal.raise_signal)(number)
    assert interrupts.ended_by is number
    assert signal.getsignal(number) is signal.SIG_DFL


def test_where_a_hangup_is_ignored_it_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupts().deferred():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_where_interrupts_are_ignored_they_stay_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interrupts().deferred():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_function_that_waits_in_another_thread_raises_no_interrupt() -> None:
    interrupts = Interrupts()
    answers: list[int] = []
    with interrupts.deferred():
        interrupt()
        thread = threading.Thread(target=lambda: answers.append(interrupts.interruptible(lambda: 7)()))
        thread.start()
        thread.join()
    assert answers == [7]


def test_arguments_and_results_are_those_of_the_function() -> None:
    assert Interrupts().interruptible(divmod)(7, 2) == (3, 1)
