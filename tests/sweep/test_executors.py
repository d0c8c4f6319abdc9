"""Executors by themselves: processes that were stopped, and a cluster that another program would be."""

import os
import signal
import subprocess
import sys
import time
import types
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from groverattn.errors import InputError
from groverattn.sweep import executors
from groverattn.sweep.executors import DaskCluster, InProcess, Processes, Workers, chosen_workers


def test_this_process_does_the_work_at_once():
    here = InProcess()
    assert (here.slots, here.words, here.end_stopped()) == (1, "this process", "")
    assert here.submit(divmod, 7, 2).result(timeout=0) == (3, 1)
    assert here.submit(sorted, [1, 2], reverse=True).result(timeout=0) == [2, 1]
    assert isinstance(here.submit(divmod, 7, 0).exception(timeout=0), ZeroDivisionError)
    with pytest.raises(KeyboardInterrupt):
        here.submit(interrupt)


def interrupt():
    raise KeyboardInterrupt


@pytest.mark.parametrize(("n_workers", "slots", "words"), [(1, 2, "1 process"), (3, 6, "3 processes")])
def test_processes_have_a_task_each_and_one_that_waits(n_workers, slots, words):
    with Processes(n_workers) as processes:
        assert (processes.slots, processes.words) == (slots, words)


def test_how_many_workers_are_chosen(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3, 5, 7})
    with chosen_workers(None, None) as processes:
        assert processes.words == "3 processes"
    with pytest.raises(InputError, match="--workers 0 with --scheduler"):
        chosen_workers(0, "tcp://127.0.0.1:1")


@pytest.fixture
def child():
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield process
        process.kill()


def test_a_process_is_ended_after_so_many_looks_in_a_row_at_which_it_is_stopped(child, monkeypatch):
    """One that goes on in between is counted anew."""
    monkeypatch.setattr(executors, "LOOKS_STOPPED_MAX", 3)
    with Processes(1) as processes:
        monkeypatch.setattr(processes, "_processes", {child.pid: child})
        os.kill(child.pid, signal.SIGSTOP)
        wait_until(lambda: executors._is_stopped(child.pid))
        assert [processes.end_stopped() for _ in range(2)] == ["", ""]
        os.kill(child.pid, signal.SIGCONT)
        wait_until(lambda: not executors._is_stopped(child.pid))
        assert processes.end_stopped() == ""
        os.kill(child.pid, signal.SIGSTOP)
        wait_until(lambda: executors._is_stopped(child.pid))
        assert [processes.end_stopped() for _ in range(2)] == ["", ""]
        assert child.poll() is None
        note = processes.end_stopped()
        assert note == f"ended process {child.pid}, which was stopped; its points are tried again"
        assert child.wait(timeout=10) == -signal.SIGKILL
        assert not executors._is_stopped(child.pid)
        monkeypatch.undo()


def wait_until(condition):
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it does not come about")


class Client:
    """What a `DaskCluster` asks of Dask's client."""

    threads: ClassVar[dict] = {}
    lost = False
    asked = 0
    closed = False

    def __init__(self, address, timeout, set_as_default):
        if address == "tcp://nowhere:1":
            raise OSError("refused")
        assert (address, set_as_default) == ("tcp://here:1", False)
        assert 1 <= timeout <= 60
        self.pool = ThreadPoolExecutor(1)

    def get_executor(self, pure):
        assert not pure  # equal calls are not one: a point is computed again if asked
        return self.pool

    def nthreads(self):
        if Client.lost:
            raise OSError("gone")
        Client.asked += 1
        return Client.threads

    def close(self):
        Client.closed = True


@pytest.fixture
def cluster(monkeypatch):
    for name, value in {"threads": {}, "lost": False, "asked": 0, "closed": False}.items():
        monkeypatch.setattr(Client, name, value)
    monkeypatch.setitem(sys.modules, "distributed", types.SimpleNamespace(Client=Client))
    return chosen_workers(None, "tcp://here:1")


def test_a_cluster_has_two_tasks_for_each_thread_and_is_asked_twice_a_second(cluster, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    assert isinstance(cluster, DaskCluster)
    assert isinstance(cluster, Workers)
    assert (cluster.slots, cluster.words, Client.asked) == (1, "0 Dask workers", 1)
    Client.threads = {"a": 4}
    now[0] += 0.49
    assert (cluster.slots, Client.asked) == (1, 1)
    now[0] += 0.01
    assert (cluster.slots, cluster.words, Client.asked) == (8, "1 Dask worker", 2)
    Client.threads = {"a": 4, "b": 1}
    now[0] += 0.5
    assert (cluster.slots, cluster.words) == (10, "2 Dask workers")
    Client.lost = True
    now[0] += 0.5
    with pytest.raises(InputError, match=r"tcp://here:1; .* the connection was lost: gone"):
        _ = cluster.slots


def test_a_cluster_is_left_and_goes_on(cluster):
    assert cluster.submit(divmod, 7, 2).result() == (3, 1)
    cluster.shutdown()
    assert Client.closed
    with pytest.raises(InputError, match="no connection: refused"):
        chosen_workers(None, "tcp://nowhere:1")
