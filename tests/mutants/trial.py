"""One trial: the tests of a part against a copy of the package with one fault, in a forked process."""

from __future__ import annotations

import compileall
import contextlib
import importlib
import os
import pickle
import pkgutil
import py_compile
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import coverage
import pytest
from hypothesis import Phase, settings

from .mutations import Mutant

ROOT = Path(__file__).parents[2]
PATIENCE = 10
"""Times the processor time of a test without a fault, and seconds beside, that it may take with one."""
WAITS_SECONDS = 600
"""Time after which a test that waits, and so takes no processor time, has failed."""
MOST_SECONDS = 30.0
"""Of the tests of a stage the quickest are asked, which take this long in all without a fault."""


def load_libraries() -> None:
    """Import what takes seconds to import and gets no faults; forked processes have it then."""
    os.environ["QDK_PYTHON_TELEMETRY"] = "none"
    for name in ("cirq", "qualtran.testing", "qualtran.bloqs.basic_gates", "scipy.optimize", "pandas", "matplotlib"):
        importlib.import_module(name)
    # A test that fails has failed: no smaller example is looked for.
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutants", deadline=None, derandomize=True, database=None, phases=phases)
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"


@attrs.frozen
class Tests:
    """What a run without faults says of the tests of a part.

    Attributes:
        seconds: processor time of each test, by its name.
        reached: names of the tests that ran a line, by path and number of the line.
    """

    seconds: dict[str, float]
    reached: dict[str, dict[int, set[str]]]

    def stages(self, mutant: Mutant) -> Iterator[dict[str, float]]:
        """Yield the tests that run the statement with the fault, then those that run its module.

        Then the others, if no test runs the statement: it is run by an import, and what it makes is read anywhere.
        """
        lines, left = self.reached.get(mutant.path, {}), dict(self.seconds)
        near, module = (
            set().union(*(lines.get(number, ()) for number in numbers)) for numbers in (mutant.lines, lines)
        )
        for names in (near, module) if near else (module, set(left)):
            stage, total = dict[str, float](), 0.0
            for name in sorted(names & left.keys(), key=left.__getitem__):
                seconds = left.pop(name)
                total += seconds
                if total <= MOST_SECONDS:
                    stage[name] = seconds
            yield stage


class Order:
    """Plugin of pytest: runs the named tests only, the quickest first, each with a limit of time."""

    def __init__(self, seconds: dict[str, float]):
        self.seconds = seconds

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self.seconds), key=lambda i: self.seconds[i.nodeid])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        limit = PATIENCE * (1 + self.seconds[item.nodeid])
        timers = {signal.ITIMER_PROF: limit, signal.ITIMER_REAL: WAITS_SECONDS}
        for timer, seconds in timers.items():
            signal.setitimer(timer, seconds)  # its signal ends the process
        try:
            return (yield)
        finally:
            for timer in timers:
                signal.setitimer(timer, 0)


class Watch:
    """Plugin of pytest: writes down how long tests take and which lines each runs."""

    def __init__(self, copy: Path, packages: list[str]):
        self.copy, self.seconds = copy, dict[str, float]()
        include = [f"{copy}/src/{package}/*" for package in packages]
        self.coverage = coverage.Coverage(data_file=None, include=include, config_file=False)
        self.coverage.start()
        for package in packages:
            name = package.replace("/", ".")
            for module in pkgutil.walk_packages([str(copy / "src" / package)], f"{name}."):
                importlib.import_module(module.name)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.coverage.switch_context(item.nodeid)
        begin = time.process_time()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = time.process_time() - begin
            self.coverage.switch_context("")

    def tests(self) -> Tests:
        self.coverage.stop()
        data = self.coverage.get_data()
        reached = {
            os.path.relpath(path, self.copy): {
                line: {name for name in names if name} for line, names in data.contexts_by_lineno(path).items()
            }
            for path in data.measured_files()
        }
        return Tests(self.seconds, reached)


@attrs.frozen
class Laboratory:
    """A copy of the package to put faults into.

    Attributes:
        copy: a folder of its own.
    """

    copy: Path

    def watch(self, packages: list[str], folders: list[str]) -> Tests:
        """Run all tests of some folders without a fault.

        Raises:
            RuntimeError: one fails; what pytest wrote is in the message.
        """

        def action() -> int:
            watch = Watch(self.copy, packages)
            status = pytest.main(self._arguments(folders), plugins=[watch])
            (self.copy / "tests").write_bytes(pickle.dumps(watch.tests()))
            return status

        if status := self._forked(action):
            raise RuntimeError(f"tests without a fault ended with {status}:\n{(self.copy / 'output').read_text()}")
        return pickle.loads((self.copy / "tests").read_bytes())

    def survives(self, mutant: Mutant, tests: Tests) -> bool:
        """Whether no test fails, or takes too long, with the fault."""
        path = self.copy / mutant.path
        text = path.read_text()
        path.write_text(mutant.text)
        try:
            return not any(self._run(stage) for stage in tests.stages(mutant) if stage)
        finally:
            path.write_text(text)

    def _run(self, tests: dict[str, float]) -> int:
        files = sorted({name.partition("::")[0] for name in tests})
        return self._forked(lambda: pytest.main(self._arguments([*files, "-x"]), plugins=[Order(tests)]))

    def _arguments(self, more: list[str]) -> list[str]:
        loaded = "-Wignore::pytest.PytestAssertRewriteWarning"  # Hypothesis, above
        places = [f"--basetemp={self.copy / 'tmp'}", f"--rootdir={ROOT}", f"-c{ROOT / 'pyproject.toml'}"]
        return ["-q", "-p", "no:cacheprovider", loaded, *places, *more]

    def _forked(self, action: Callable[[], int]) -> int:
        """Run an action that returns an exit status in a process group of its own, and return how it ended."""
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                self._enter()
                status = int(action())
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        return status

    def _enter(self) -> None:
        os.setsid()
        output = os.open(self.copy / "output", os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(output, stream)
        os.chdir(ROOT)
        sys.path.insert(0, str(self.copy / "src"))
        os.environ["PYTHONPATH"] = str(self.copy / "src")


@contextlib.contextmanager
def laboratory() -> Iterator[Laboratory]:
    """Copy the package."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        shutil.copytree(ROOT / "src", Path(folder, "src"), ignore=shutil.ignore_patterns("__pycache__"))
        # a module with a fault may be as old and as long as the module without: their contents are compared
        compileall.compile_dir(folder, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
        yield Laboratory(Path(folder))
