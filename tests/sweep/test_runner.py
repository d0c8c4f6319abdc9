"""Points handed to workers: each comes out once, whoever dies and whatever is pressed."""

import multiprocessing
import os
import signal
import time
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from groverattn.errors import InputError
from groverattn.sweep import runner as runner_module
from groverattn.sweep.compute import compute, row_of
from groverattn.sweep.crews import InProcess, OtherExecutor, Processes, crew
from groverattn.sweep.kinds import KINDS
from groverattn.sweep.model_version import model_version
from groverattn.sweep.points import Point
from groverattn.sweep.runner import BatchSize, Runner, batches
from groverattn.sweep.store import interrupts_wait
from groverattn.sweep.sweep import sweep

KIND = KINDS["estimate"]


def some_points(n):
    """Points whose row is an error at once: how they are handed over is what is looked at."""
    return [Point(str(at), KIND.defaults | {"n_keys": 64 + at}) for at in range(n)]


@attrs.define(eq=False)
class Run:
    """A runner, and the ids of the rows that it wrote."""

    crew: object
    written: list = attrs.field(factory=list)
    rows: list = attrs.field(factory=list)
    after: object = None

    def __call__(self, points):
        runner = Runner(KIND, model_version().digest, ".", self.crew, self.write)
        return runner.run(points)

    def write(self, rows):
        self.rows += rows
        self.written += [row["id"] for row in rows]
        if self.after is not None:
            self.after(len(self.written))


@pytest.fixture
def threads():
    with ThreadPoolExecutor(3) as pool:
        yield pool


def test_any_executor(threads):
    run = Run(OtherExecutor(threads, slots=6))
    assert run(some_points(200))
    assert sorted(run.written, key=int) == [str(at) for at in range(200)]
    assert run.crew.workers == "ThreadPoolExecutor"


def test_an_executor_without_a_slot():
    with pytest.raises(InputError, match="slots = 0"):
        OtherExecutor(ThreadPoolExecutor(1), slots=0)


def test_an_executor_that_breaks_ends_the_run_with_what_is_there(threads):
    class Breaks(ThreadPoolExecutor):
        tasks = 0

        def submit(self, *work):
            self.tasks += 1
            if self.tasks > 3:
                raise BrokenExecutor("a worker is gone")
            future = threads.submit(*work)
            future.result()
            return future

    run = Run(OtherExecutor(Breaks(1), slots=2))
    with pytest.raises(InputError, match="BrokenExecutor: a worker is gone"):
        run(some_points(50))
    assert {"0", "1"} <= set(run.written)
    assert len(run.written) >= 3


def test_a_file_that_changes_during_a_run_ends_it(tmp_path):
    """The rows would be those of other contents than their ids say."""
    machine = tmp_path / "mine.toml"
    machine.write_text('base = "gidney-2025"')
    study = tmp_path / "study.toml"
    study.write_text(
        'kind = "estimate"\n[fixed]\nn_keys = 64\nd_head = 2\nn_marked = 2\nhardware = "mine.toml"\n'
        "[grid]\nerror_budget = { from = 0.01, to = 0.4, step = 0.01 }\n"
    )

    def change(done, total, who):
        if done == 3:
            machine.write_text('base = "litinski-2019"')

    with pytest.raises(InputError, match=r"mine\.toml, which is not what it was when the study was begun"):
        sweep(study, tmp_path / "out", InProcess, on_point=change)
    before = (tmp_path / "out/journal.csv").read_text()
    machine.write_text('base = "gidney-2025"')
    result = sweep(study, tmp_path / "out", InProcess)
    assert (result.points, result.complete) == (40, True)
    assert result.found == before.count("\n") - 1 >= 3
    fresh = sweep(study, tmp_path / "fresh", InProcess)
    assert fresh.computed == 40
    assert (tmp_path / "out/table.csv").read_text() == (tmp_path / "fresh/table.csv").read_text()


def test_a_long_error_is_cut():
    point = Point("a", KIND.defaults | {"preset": "x" * 10_000})
    assert len(row_of(KIND, point, Path())["error"]) < 2100


def test_in_this_process_rows_are_written_as_they_come():
    run = Run(InProcess())
    seen = []

    def points():
        for point in some_points(3):
            seen.append(len(run.written))
            yield point

    assert run(points())
    assert run.written == ["0", "1", "2"]
    assert seen[1] == 1  # the first is written before the second is even made


@attrs.define
class Fragile(InProcess):
    """Workers that die of some points, and take with them what they had.

    Attributes:
        poison: ids of these points.
        loses_all: as a pool of processes does; else as a cluster does.
        most: the most tasks that were handed over and not taken back.
    """

    poison: tuple = ()
    losses: tuple = (BrokenExecutor,)
    slots: int = 4
    loses_all: bool = True
    restarts: int = 0
    batches: list = attrs.field(factory=list)

    def submit(self, work, *batch):
        points = [point.id for one in batch for point in one.points]
        self.batches.append(len(points))
        if not set(self.poison) & set(points):
            return super().submit(work, *batch)
        future: Future = Future()
        future.set_exception(BrokenExecutor())
        return future

    def restart(self):
        self.restarts += 1


@pytest.mark.parametrize("loses_all", [True, False])
def test_a_point_that_kills_its_worker_is_a_row(loses_all):
    fragile = Fragile(poison=("17", "40"), loses_all=loses_all)
    run = Run(fragile)
    run_points = some_points(60)
    assert run(run_points)
    assert sorted(run.written, key=int) == [point.id for point in run_points]
    died = [row["id"] for row in run.rows if "ended from outside" in row["error"]]
    assert sorted(died) == ["17", "40"]
    assert fragile.restarts >= 3  # once for their batches, and once for each alone
    assert max(fragile.batches) > 1


def test_a_crew_that_takes_no_more_tasks_is_begun_anew():
    @attrs.define
    class Refuses(Fragile):
        refused: bool = False

        def submit(self, work, *batch):
            if not self.refused:
                self.refused = True
                raise BrokenExecutor
            return super().submit(work, *batch)

    run = Run(Refuses())
    assert run(some_points(5))
    assert sorted(run.written) == list("01234")
    assert run.crew.restarts == 1


@attrs.define
class Slow(OtherExecutor):
    """Threads that take longer than the runner waits, and die of some points."""

    poison: tuple = ("7",)
    losses: tuple = (BrokenExecutor,)

    def submit(self, work, *batch):
        return super().submit(self.slowly, work, *batch)

    def slowly(self, work, *batch):
        time.sleep(0.02)
        if any(point.id in self.poison for one in batch for point in one.points):
            raise BrokenExecutor
        return work(*batch)


def test_a_suspect_stays_alone_while_it_is_waited_for(monkeypatch, threads):
    monkeypatch.setattr(runner_module, "_LOOK_SECONDS", 0.001)
    run = Run(Slow(threads, slots=3))
    assert run(some_points(12))
    assert sorted(run.written, key=int) == [str(at) for at in range(12)]
    assert [row["id"] for row in run.rows if "ended from outside" in row["error"]] == ["7"]


def test_workers_that_die_of_nothing_end_the_run():
    """They cannot even be begun: that is no point's fault, and no row of the study."""

    @attrs.define
    class Dead(Fragile):
        def submit(self, work, *batch):
            future: Future = Future()
            future.set_exception(BrokenExecutor("no memory"))
            return future

    run = Run(Dead())
    with pytest.raises(InputError, match="BrokenExecutor: no memory"):
        run(some_points(3))
    assert run.written == []


def test_a_process_that_is_killed_costs_no_row():
    """Kill one of two workers after some rows: all points come out, each once, none as a failure of its own."""
    processes = Processes(2)
    before = set(multiprocessing.active_children())

    def kill_one(written):
        if written >= 5:
            run.after = None
            workers = [child for child in multiprocessing.active_children() if child not in before]
            os.kill(workers[0].pid, signal.SIGKILL)

    run = Run(processes, after=kill_one)
    points = [Point(str(at), KIND.defaults | {"preset": "toy", "n_keys": 16 + at}) for at in range(30)]
    assert run(points)
    assert run.after is None
    assert sorted(run.written, key=int) == [str(at) for at in range(30)]
    assert not any(row["error"] for row in run.rows)
    assert not set(multiprocessing.active_children()) - before


def test_a_fault_outside_of_the_points_ends_the_run_and_keeps_the_rows():
    @attrs.define
    class Strange(InProcess):
        slots: int = 4

        def submit(self, work, batch):
            if "3" in [point.id for point in batch.points]:
                future: Future = Future()
                future.set_exception(ModuleNotFoundError("No module named 'groverattn'"))
                return future
            return super().submit(work, batch)

    run = Run(Strange())
    with pytest.raises(InputError, match=r"No module named 'groverattn'.*to go on"):
        run(some_points(4))
    assert sorted(run.written) == ["0", "1", "2"]


def test_rows_that_cannot_be_written_end_the_run():
    def full(written):
        raise InputError(given="a", allowed="b", why="No space left", do="c")

    closed = []

    @attrs.define
    class Watched(InProcess):
        def close(self, *, at_once):
            closed.append(at_once)

    with pytest.raises(InputError, match="No space left"):
        Run(Watched(), after=full)(some_points(4))
    assert closed == [True]


def test_an_interrupt_writes_what_is_finished(threads):
    def interrupt(written):
        run.after = None
        raise KeyboardInterrupt

    run = Run(OtherExecutor(threads, slots=8), after=interrupt)
    assert not run(some_points(2000))
    assert 0 < len(run.written) < 2000
    assert len(set(run.written)) == len(run.written)


def test_an_interrupted_simulation_is_no_row(monkeypatch):
    """A simulation returns the rows of a head that are finished when it is interrupted: not here."""
    from groverattn.simulation import head as simulate_module

    kind = KINDS["simulate"]
    written = []
    search = simulate_module.search_head_row
    calls = []

    def search_and_press(*arguments, **options):
        calls.append(1)
        if len(calls) == 12:
            raise KeyboardInterrupt
        return search(*arguments, **options)

    monkeypatch.setattr(simulate_module, "search_head_row", search_and_press)
    said = {"n_keys": 8, "d_head": 2, "n_marked": 2, "key_bits": 4, "query_bits": 4, "engine": "law"}
    points = [Point(str(seed), kind.defaults | said | {"seed": seed}) for seed in range(3)]
    runner = Runner(kind, model_version().digest, ".", InProcess(), written.extend)
    assert not runner.run(points)
    assert [(row["id"], row["rows_searched"], row["error"]) for row in written] == [("0", 8, None)]


def test_few_points_are_in_flight():
    """However many points there are, no more are taken than the workers have slots for."""
    taken = []

    def points():
        for point in some_points(1000):
            taken.append(point.id)
            yield point

    run = Run(OtherExecutor(ThreadPoolExecutor(1), slots=2))
    ahead = []
    run.after = lambda written: ahead.append(len(taken) - written)
    assert run(points())
    run.crew.executor.shutdown()
    assert max(ahead) <= 3 * 64
    assert len(run.written) == 1000


def test_batches_grow_with_fast_points():
    size = BatchSize()
    size.learn(1, 0.1)
    assert size.size == 10
    size.learn(1, 100.0)
    assert size.size == 1
    for _ in range(20):
        size.learn(10, 0.001)
    assert size.size == 64


def test_batches_end_where_what_is_shared_changes():
    points = [Point(str(at), {"n_keys": at // 5}) for at in range(20)]
    cut = [[point.id for point in batch] for batch in batches(points, ("n_keys",), BatchSize(8, 1.0))]
    assert [len(batch) for batch in cut] == [5, 5, 5, 5]
    alone = [Point(str(at), {"n_keys": at}) for at in range(20)]
    assert [len(batch) for batch in batches(alone, ("n_keys",), BatchSize(8, 1.0))] == [4] * 5


def test_who_computes():
    assert isinstance(crew(0, None), InProcess)
    processes = crew(None, None)
    assert processes.workers.endswith(("process", "processes"))
    processes.close(at_once=True)
    for n_workers, scheduler, word in ((-1, None, "-1 workers"), (10**6, None, "0 to 4,096"), (2, "tcp://x", "one of")):
        with pytest.raises(InputError, match=word):
            crew(n_workers, scheduler)


def test_a_cluster_without_dask(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install -c constraints.txt -e '.\[cluster\]'"):
        crew(None, "tcp://127.0.0.1:1")


def test_ctrl_c_waits_for_the_end_of_a_write():
    done = []

    @interrupts_wait()
    def write():
        signal.raise_signal(signal.SIGINT)
        done.append("written")

    with pytest.raises(KeyboardInterrupt):
        write()
    assert done == ["written"]
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_compute_is_what_workers_are_sent():
    """By name, so that a worker of any kind finds it."""
    assert (compute.__module__, compute.__qualname__) == ("groverattn.sweep.compute", "compute")
