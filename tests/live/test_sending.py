"""Frames are sent by every process, also by the children that a worker forks."""

from __future__ import annotations

import os

from live import sending


def test_a_child_of_a_fork_sends_though_a_thread_of_its_parent_was_sending_at_that_moment():
    """Red when the child takes the parent's lock over: nobody would ever open it there."""
    with sending._sender._lock:
        child = os.fork()
        if child == 0:
            os._exit(0 if sending._sender._lock.acquire(timeout=2) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
