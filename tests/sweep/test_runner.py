"""Points handed to executors: each comes out once, whatever dies and whatever is pressed."""

import json
import multiprocessing
import os
import re
import signal
import sqlite3
import time
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from groverattn.errors import InputError
from groverattn.row.request import ONE_KEY
from groverattn.sweep import executors
from groverattn.sweep import runner as runner_module
from groverattn.sweep.executors import InProcess, Processes, chosen_workers
from groverattn.sweep.kinds import KINDS
from groverattn.sweep.points import Point, file_digest, model_version
from groverattn.sweep.runner import BatchSize, Runner, Work, batches, compute, row_of
from groverattn.sweep.sweep import sweep

KIND = KINDS["estimate"]
VERSION = model_version().digest


def some_points(n):
    """Points whose row is an error at once: how they are handed over is what is looked at."""
    return [Point(str(at), KIND.defaults | {"n_keys": 64 + at}) for at in range(n)]


def priced_points(n):
    """Points that are priced, of the simplest circuit: how it is chosen is not looked at."""
    return [Point(str(at), KIND.defaults | ONE_KEY | {"preset": "toy", "n_keys": 16 + at}) for at in range(n)]


@attrs.define(eq=False)
class Run:
    """A runner, and the rows that it wrote."""

    make: object
    slots: int = 4
    after: object = None
    rows: list = attrs.field(factory=list)
    who: set = attrs.field(factory=set)
    notes: list = attrs.field(factory=list)

    def __call__(self, points):
        return Runner(Work("estimate", VERSION, "."), self.make, self.write, self.slots, self.notes.append).run(points)

    def write(self, rows, who):
        self.rows += rows
        self.who.add(who)
        if self.after is not None:
            self.after(len(self.rows))

    @property
    def written(self):
        return [row["id"] for row in self.rows]

    @property
    def died(self):
        return sorted(row["id"] for row in self.rows if "ended from outside" in row["error"])


@pytest.fixture
def threads():
    with ThreadPoolExecutor(3) as pool:
        yield pool


def is_each_once(run, n):
    return sorted(run.written, key=int) == [str(at) for at in range(n)]


def test_any_executor(threads):
    run = Run(lambda: threads)
    assert run(some_points(200))
    assert is_each_once(run, 200)
    assert run.who == {"ThreadPoolExecutor"}
    assert threads.submit(int).result() == 0  # it is left to its maker


def test_the_executor_in_the_document(tmp_path, threads, monkeypatch):
    text = (Path(__file__).parents[2] / "docs/sweep.md").read_text("utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (tmp_path / "study.toml").write_text('kind = "estimate"\n[grid]\nn_keys = [3, 4]\n')
    monkeypatch.chdir(tmp_path)
    exec(block, {"executor": threads})
    assert (tmp_path / "results/table.csv").read_text().count("\n") == 3


def test_an_executor_without_a_slot(tmp_path):
    with pytest.raises(InputError, match="slots = 0; allowed: 1 to"):
        sweep(tmp_path / "study.toml", tmp_path / "out", InProcess, slots=0)


def test_an_executor_that_breaks_ends_the_run_with_what_is_there(threads):
    class Breaks(ThreadPoolExecutor):
        tasks = 0

        def submit(self, *work):
            self.tasks += 1
            if self.tasks > 3:
                raise BrokenExecutor("a worker is gone")
            return threads.submit(*work)

    breaks = Breaks(1)
    run = Run(lambda: breaks, slots=2)
    with pytest.raises(InputError, match="BrokenExecutor: a worker is gone"):
        run(some_points(50))
    assert {"0", "1"} <= set(run.written)
    assert len(run.written) >= 3


def test_a_file_that_changes_during_a_run_ends_it(tmp_path):
    """The rows would be those of other contents than their ids say."""
    machine = tmp_path / "mine.toml"
    machine.write_text('base = "gidney-2025"')
    study = tmp_path / "study.toml"
    fixed = ONE_KEY | {"n_keys": 64, "d_head": 2, "n_marked": 2, "hardware": "mine.toml"}  # no circuit is chosen
    study.write_text(
        'kind = "estimate"\n[fixed]\n'
        + "".join(f"{name} = {json.dumps(value)}\n" for name, value in fixed.items())
        + "[grid]\nerror_budget = { from = 0.01, to = 0.12, step = 0.01 }\n"
    )

    def change(done, total, who):
        if done == 3:
            machine.write_text('base = "litinski-2019"')

    with pytest.raises(InputError, match=r"mine\.toml, which is not what it was when the study was begun"):
        sweep(study, tmp_path / "out", InProcess, on_point=change)
    with sqlite3.connect(tmp_path / "out/journal.sqlite") as journal:
        (n_before,) = journal.execute("SELECT count(*) FROM rows").fetchone()
    journal.close()
    machine.write_text('base = "gidney-2025"')
    result = sweep(study, tmp_path / "out", InProcess)
    assert (result.points, result.complete) == (12, True)
    assert result.found == n_before >= 3
    fresh = sweep(study, tmp_path / "fresh", InProcess)
    assert fresh.computed == 12
    assert (tmp_path / "out/table.csv").read_text() == (tmp_path / "fresh/table.csv").read_text()


@pytest.mark.parametrize("when", ["before", "during", "never"])
def test_files_are_looked_at_before_a_batch_and_after_it(tmp_path, monkeypatch, when):
    """If a file changes while a batch is computed, it is not known which of its points have read it."""
    machine = tmp_path / "mine.toml"
    machine.write_text("before")
    work = Work("estimate", VERSION, str(tmp_path), {"mine.toml": file_digest(machine)})

    def row(kind, point, folder):
        if when == "during" and point.id == "2":
            machine.write_text("after")
        return {"id": point.id}

    monkeypatch.setattr(runner_module, "row_of", row)
    if when == "before":
        machine.write_text("after")
    if when == "never":
        rows, seconds = compute(work, tuple(some_points(3)))
        assert [row["id"] for row in rows] == ["0", "1", "2"]
        assert seconds >= 0
    else:
        with pytest.raises(InputError, match=r"mine\.toml, which is not what it was"):
            compute(work, tuple(some_points(3)))


def test_a_long_error_is_cut():
    point = Point("a", KIND.defaults | {"preset": "x" * 1000, "name": "y" * 5000})
    assert 1000 < len(row_of(KIND, point, Path())["error"]) < 2100


def test_in_this_process_rows_are_written_as_they_come():
    run = Run(InProcess)
    seen = []

    def points():
        for point in some_points(3):
            seen.append(len(run.written))
            yield point

    assert run(points())
    assert run.written == ["0", "1", "2"]
    assert seen[1] == 1  # the first is written before the second is even made


def ids_in(arguments):
    """Points among what `compute` is called with."""
    return {point.id for point in arguments[-1]} if arguments else set()


def failed(error):
    future: Future = Future()
    future.set_exception(error)
    return future


class Fragile(InProcess):
    """Workers that die of some points; if it breaks, it takes no tasks afterwards, as a pool of processes does."""

    slots = 4
    made = 0

    def __init__(self, poison=(), breaks=True):
        Fragile.made += 1
        self.poison, self.breaks, self.broken = set(poison), breaks, False

    def submit(self, work, *arguments):
        if self.broken:
            raise BrokenExecutor("broken before")
        if not self.poison & ids_in(arguments):
            return super().submit(work, *arguments)
        self.broken = self.breaks
        return failed(BrokenExecutor() if self.breaks else killed_dask_worker())


def killed_dask_worker():
    distributed = pytest.importorskip("distributed")
    return distributed.KilledWorker("a task", None, 3)


@pytest.mark.parametrize("breaks", [True, False])
def test_a_point_that_kills_its_worker_is_a_row(monkeypatch, breaks):
    monkeypatch.setattr(Fragile, "made", 0)
    run = Run(lambda: Fragile(("17", "40"), breaks))
    assert run(some_points(60))
    assert is_each_once(run, 60)
    assert run.died == ["17", "40"]
    # made anew after their batches, and after each alone; a cluster goes on
    assert Fragile.made >= 4 if breaks else Fragile.made == 1


def test_a_worker_that_dies_once_costs_no_point():
    """Its points are computed again; none is called failed."""
    executors = iter([Fragile(("3",)), Fragile()])
    run = Run(lambda: next(executors))
    assert run(some_points(10))
    assert is_each_once(run, 10)
    assert run.died == []


class Slow(ThreadPoolExecutor):
    """Threads that take longer than the runner waits, and die of point 7."""

    def submit(self, work, *batch):
        return super().submit(self.slowly, work, *batch)

    def slowly(self, work, *batch):
        time.sleep(0.02)
        if "7" in ids_in(batch):
            raise BrokenExecutor
        return work(*batch)


def test_a_suspect_stays_alone_while_it_is_waited_for(monkeypatch):
    monkeypatch.setattr(runner_module, "_LOOK_SECONDS", 0.001)
    with Slow(3) as slow:
        run = Run(lambda: slow, slots=3)
        assert run(some_points(12))
    assert is_each_once(run, 12)
    assert run.died == ["7"]


def test_workers_that_die_of_nothing_end_the_run():
    """They cannot even be begun: that is no point's fault, and no row of the study."""

    class Dead(InProcess):
        def submit(self, work, *batch):
            return failed(BrokenExecutor("no memory"))

    run = Run(Dead)
    with pytest.raises(InputError, match="BrokenExecutor: no memory"):
        run(some_points(3))
    assert run.written == []


@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP])
def test_a_process_that_is_killed_or_stopped_costs_no_row(monkeypatch, fate):
    """Kill one of two workers after some rows, or stop it, as a debugger does: each point comes out once."""
    monkeypatch.setattr(executors, "LOOKS_STOPPED_MAX", 3)
    before = set(multiprocessing.active_children())

    def hit_one(written):
        if written >= 5:
            run.after = None
            workers = [child for child in multiprocessing.active_children() if child not in before]
            os.kill(workers[0].pid, fate)

    run = Run(lambda: Processes(2), after=hit_one)
    assert run(priced_points(30))
    assert run.after is None
    assert run.who == {"2 processes"}
    assert is_each_once(run, 30)
    assert not any(row["error"] for row in run.rows)
    stopped = [note for note in run.notes if "which was stopped; its points are tried again" in note]
    assert len(stopped) == (fate == signal.SIGSTOP)
    assert not set(multiprocessing.active_children()) - before


def test_a_fault_outside_of_the_points_ends_the_run_and_keeps_the_rows():
    class Strange(InProcess):
        slots = 4

        def submit(self, work, *arguments):
            if "3" not in ids_in(arguments):
                return super().submit(work, *arguments)
            return failed(ModuleNotFoundError("No module named 'groverattn'"))

    run = Run(Strange)
    with pytest.raises(InputError, match=r"No module named 'groverattn'.*to go on"):
        run(some_points(4))
    assert sorted(run.written) == ["0", "1", "2"]


def test_rows_that_cannot_be_written_end_the_run():
    def full(written):
        raise InputError(given="a", allowed="b", why="No space left", do="c")

    closed = []

    class Watched(InProcess):
        def shutdown(self, wait=True, *, cancel_futures=False):
            closed.append(cancel_futures)

    with pytest.raises(InputError, match="No space left"):
        Run(Watched, after=full)(some_points(4))
    assert closed == [True]


def test_an_interrupt_writes_what_is_finished(threads):
    def interrupt(written):
        run.after = None
        raise KeyboardInterrupt

    run = Run(lambda: threads, slots=8, after=interrupt)
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
    runner = Runner(Work("simulate", VERSION, "."), InProcess, lambda rows, who: written.extend(rows))
    assert not runner.run(points)
    assert [(row["id"], row["rows_searched"], row["error"]) for row in written] == [("0", 8, None)]


def test_few_points_are_in_flight():
    """However many points there are, no more are taken than the workers have slots for."""
    taken, ahead = [], []

    def points():
        for point in some_points(1000):
            taken.append(point.id)
            yield point

    with ThreadPoolExecutor(1) as pool:
        run = Run(lambda: pool, slots=2, after=lambda written: ahead.append(len(taken) - written))
        assert run(points())
    assert max(ahead) <= 3 * 64
    assert len(run.written) == 1000


def test_batches_grow_with_fast_points():
    size = BatchSize()
    for n_points, seconds, points in ((1, 0.1, 10), (1, 100.0, 1), *((10, 0.001, None),) * 20):
        size.learn(n_points, seconds)
        assert points in (None, size.size)
    assert size.size == 64


def test_a_steady_pace_keeps_its_batches_and_a_new_one_counts_more():
    """Each batch before the last counts half as much: 60 points in 1.5 s, then 70 in 4.75 s."""
    size = BatchSize()
    for n_points, seconds, points in ((40, 1.0, 40), (40, 1.0, 40), (40, 4.0, 14)):
        size.learn(n_points, seconds)
        assert size.size == points


def test_batches_end_where_what_is_shared_changes():
    points = [Point(str(at), {"n_keys": at // 5}) for at in range(20)]
    cut = [[point.id for point in batch] for batch in batches(points, ("n_keys",), BatchSize(8, 1.0))]
    assert [len(batch) for batch in cut] == [5, 5, 5, 5]
    alone = [Point(str(at), {"n_keys": at}) for at in range(20)]
    assert [len(batch) for batch in batches(alone, ("n_keys",), BatchSize(8, 1.0))] == [4] * 5


def test_which_workers():
    assert isinstance(chosen_workers(0, None), InProcess)
    with chosen_workers(None, None) as processes:
        assert re.fullmatch(r"[0-9]+ process(es)?", processes.words)
    for n_workers, scheduler, word in (
        *((-1, None, "workers = -1"), (10**6, None, "0 to 4096"), (2, "tcp://x", "one of")),
    ):
        with pytest.raises(InputError, match=word):
            chosen_workers(n_workers, scheduler)


def test_a_cluster_without_dask(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install -c constraints.txt -e '.\[cluster\]'"):
        chosen_workers(None, "tcp://127.0.0.1:1")


def test_a_worker_of_another_version_is_refused():
    (point,) = some_points(1)
    with pytest.raises(InputError, match="a worker with model version"):
        compute(Work("estimate", "another", "."), (point,))
    (found,), _ = compute(Work("estimate", VERSION, "."), (point,))
    assert found["error"].startswith("given: no preset")
    # by name, so that a worker of any kind finds it
    assert (compute.__module__, compute.__qualname__) == ("groverattn.sweep.runner", "compute")


def test_after_an_interrupt_only_what_is_finished_and_whole_is_written():
    """Neither what failed, nor what was cancelled, nor what is being computed, which would be waited for."""
    run = Run(InProcess)
    runner = Runner(Work("estimate", VERSION, "."), InProcess, run.write)
    runner._executor = InProcess()
    done, cancelled, pending = Future(), Future(), Future()
    done.set_result(([{"id": "7"}], 1.0))
    cancelled.cancel()
    runner._pending = dict.fromkeys((pending, failed(ValueError()), cancelled, done), ())
    runner._write_finished()
    assert run.rows == [{"id": "7"}]


def test_all_batches_that_are_lost_at_once_are_computed_again():
    class LosesThree(InProcess):
        slots = 4
        lost = 0

        def submit(self, work, *arguments):
            if arguments and LosesThree.lost < 3:
                LosesThree.lost += 1
                return failed(BrokenExecutor())
            return super().submit(work, *arguments)

    run = Run(LosesThree)
    assert run(some_points(20))
    assert is_each_once(run, 20)
    assert run.died == []


def test_a_long_reason_is_cut_to_300_characters():
    with pytest.raises(InputError) as refusal:
        runner_module._check_loss(RuntimeError("y" * 1000))
    assert str(refusal.value).count("y" * 286) == 1
    assert "y" * 287 not in str(refusal.value)  # "RuntimeError: " is fourteen more


@pytest.mark.parametrize(("length", "kept"), [(1_000, 1_000), (1_988, 1_988), (1_989, None), (9_000, None)])
def test_an_error_longer_than_a_cell_holds_ends_with_dots(length, kept):
    """2,000 characters with the name of the exception, "ValueError: ", before them."""

    def result(values):
        raise ValueError("z" * length)

    error = row_of(attrs.evolve(KIND, result=result), some_points(1)[0], Path())["error"]
    assert error == ("ValueError: " + "z" * kept if kept else "ValueError: " + "z" * 1_988 + "...")
