"""Puts a sample of faults into every part and says which of them its tests do not notice."""

from __future__ import annotations

import argparse
import queue
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from .mutations import Mutant, sample
from .parts import PARTS, equivalents
from .table import Outcome, write
from .trial import ROOT, laboratory, load_libraries


def main() -> int:
    """Run one command line; exit status 1 if a mutant survived that is not known to be equivalent."""
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("--part", action="append", choices=PARTS, help="may be repeated; default: all")
    parser.add_argument("--module", default="", help="only modules whose path has this in it; docs/safety.md stays")
    parser.add_argument("--mutants", type=int, help="of each part; docs/safety.md stays")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s; with another docs/safety.md stays")
    parser.add_argument("--jobs", type=int, default=2, help="processes; default: %(default)s")
    options = parser.parse_args()
    load_libraries()
    found = {name: outcome(name, options) for name in options.part or PARTS}
    if not (options.module or options.mutants or options.seed):
        write(ROOT / "docs/safety.md", found)
    return 1 if any(each.survived for each in found.values()) else 0


def outcome(name: str, options: argparse.Namespace) -> Outcome:
    """Try the mutants of a part; survivors are printed as they are found."""
    part, known = PARTS[name], equivalents()
    paths = [path for path in part.paths(ROOT) if options.module in path]
    mutants = sample(ROOT, paths, options.mutants or part.mutants, options.seed)
    to_try = [mutant for mutant in mutants if mutant.key not in known]
    with ExitStack() as stack, ThreadPoolExecutor(options.jobs) as pool:
        idle = queue.SimpleQueue()
        for _ in range(options.jobs):
            idle.put(stack.enter_context(laboratory()))
        place = idle.get()
        tests = place.watch(part.packages, part.tests)
        whole = Mutant(paths[0], range(0), "", "", (ROOT / paths[0]).read_text("utf-8"))
        if not place.survives(whole, tests):
            raise RuntimeError(f"{name}: a trial without a fault fails")
        idle.put(place)
        print(f"{name}: {len(to_try)} mutants, {len(tests.seconds)} tests", file=sys.stderr, flush=True)

        def survives(mutant: Mutant) -> bool:
            place = idle.get()
            survived = place.survives(mutant, tests)
            idle.put(place)
            if survived:
                print(f"{mutant.path}:{mutant.lines[0]}\n- {mutant.before}\n+ {mutant.after}", flush=True)
            return survived

        survived = sum(pool.map(survives, to_try))
    result = Outcome(len(mutants), len(to_try) - survived, len(mutants) - len(to_try), survived)
    print(f"{name}: {result}", flush=True)
    return result


if __name__ == "__main__":
    sys.exit(main())
