"""Runs many inputs through every target and says what came of them."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from .promise import REFUSED, RESULT
from .targets import TARGETS, begin_process, check

CHUNK = 400
"""Inputs of one task; what Hypothesis remembers of them is forgotten afterwards."""


def main() -> int:
    """Run one command line; exit status 1 if an input came to something that is not allowed."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=110_000, help="inputs of all targets; default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    parser.add_argument("--jobs", type=int, default=2, help="processes; default: %(default)s")
    parser.add_argument("--target", action="append", help="only targets whose names begin like this; may be repeated")
    options = parser.parse_args()
    names = [name for name in TARGETS if name.startswith(tuple(options.target or [""]))]
    found, failed = {name: Counter() for name in names}, 0
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=spawn, initializer=begin_process) as pool:
        chunks = list(_chunks(names, options.inputs, options.seed))
        for chunk, future in [(chunk, pool.submit(check, *chunk)) for chunk in chunks]:
            try:
                found[chunk[0]] += future.result()
            except BrokenProcessPool:  # over time in code that is not Python, or out of memory
                print(f"the process that ran {chunk}, or another beside it, was ended", file=sys.stderr)
                return 1
            except Exception as failure:
                failed += 1
                print(f"\n== {chunk}:\n{''.join(traceback.format_exception(failure))[-6000:]}", flush=True)
            print(f"{chunk[0]}: {found[chunk[0]].total()} inputs", file=sys.stderr, flush=True)
    for name, counts in (*found.items(), ("all", sum(found.values(), Counter()))):
        numbers = f"{counts[RESULT]:8} results {counts[REFUSED]:8} refused"
        print(f"{name:24} {counts.total():8} inputs {numbers}")
    return 1 if failed or sum(map(Counter.total, found.values())) < options.inputs else 0


def _chunks(names: list[str], inputs: int, seed: int):
    """Share the inputs out; every chunk has a seed of its own, which depends on the target and the first seed."""
    total = sum(TARGETS[name].share for name in names)
    for name in names:
        left = max(round(inputs * TARGETS[name].share / total + 0.5), 1)
        for number in range(-(-left // CHUNK)):
            first = int.from_bytes(f"{name} {seed} {number}".encode(), "big")
            yield name, first, min(left - number * CHUNK, CHUNK)


if __name__ == "__main__":
    sys.exit(main())
