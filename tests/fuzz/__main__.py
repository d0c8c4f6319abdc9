"""Runs many inputs through every target and says what came of them."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from . import limits
from .runs import Outcome, all_targets, begin_process, chunks, run_chunk


def main() -> int:
    """Run one command line; exit status 1 if an input came to something that is not allowed."""
    options = _parser().parse_args()
    wanted = tuple(options.target or [""])
    names = [name for name in all_targets() if name.startswith(wanted)]
    todo = chunks(names, options.inputs, options.seed)
    found = {name: Outcome() for name in names}
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=spawn, initializer=begin_process) as pool:
        running = [(chunk, pool.submit(run_chunk, chunk)) for chunk in todo]
        for chunk, future in running:
            try:
                found[chunk.target].add(future.result())
            except BrokenProcessPool:  # over time in code that is not Python, or out of memory
                print(f"the process that ran {chunk}, or another beside it, was ended", file=sys.stderr)
                break
            print(f"{chunk.target}: {found[chunk.target].counts.total()} inputs", file=sys.stderr, flush=True)
    _show(found)
    whole = sum(outcome.counts.total() for outcome in found.values()) >= options.inputs
    return 0 if whole and not any(outcome.failures for outcome in found.values()) else 1


def _show(found: dict[str, Outcome]) -> None:
    print(f"{'target':22} {'inputs':>8} {'results':>8} {'refused':>8} {'failed':>7} {'slowest':>9} {'memory':>9}")
    for name, outcome in found.items():
        counts = outcome.counts
        numbers = f"{counts.total():8} {counts[limits.RESULT]:8} {counts[limits.REFUSED]:8} {counts['failed']:7}"
        print(f"{name:22} {numbers} {outcome.slowest_s:7.2f} s {outcome.memory_mib:5} MiB")
    print(f"{'all':22} {sum(outcome.counts.total() for outcome in found.values()):8}")
    for name, outcome in found.items():
        for key, (value, text) in outcome.failures.items():
            print(f"\n== {name}: {key}\n{value[:3000]}\n{text[-3000:]}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=110_000, help="inputs of all targets; default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    parser.add_argument("--jobs", type=int, default=2, help="processes; default: %(default)s")
    parser.add_argument("--target", action="append", help="only targets whose names begin like this; may be repeated")
    return parser


if __name__ == "__main__":
    sys.exit(main())
