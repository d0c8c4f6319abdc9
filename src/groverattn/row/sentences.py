"""Sentences on a row: what it waits for, how that grows with the number of keys, and from where it beats a GPU.

The facts are those of `RowLimits` and `Verdict`; every verb and the report tell them in these words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from groverattn.costs.crossover import NEARLY, Crossover
from groverattn.models.k_choice import KEPT
from groverattn.row.reading import Reading
from groverattn.row.readings import N_MAX
from groverattn.row.request import AUTO, RowRequest
from groverattn.row.time import RowLimits, RowTime
from groverattn.show.numbers import count_text, number_text, power_text, share_text

# Growth is measured over the last factor of 2^8 in n, where the leading term has long taken over.
_LOG2_SPAN = 8
_NAMED_POWERS = {0.0: "hardly grows", 0.5: "grows like sqrt(n)", 1.0: "grows like n"}
# What grows by a formula that is linear in n measures so.
_LINEAR = 0.999


def exponent(value: Callable[[int], float], n_max: int) -> float:
    """Return the power of n by which `value` grows towards `n_max`, from its values there and at n_max / 2^8.

    >>> exponent(lambda n: 3 * n**1.5, 2**40)
    1.5
    """
    return math.log2(value(n_max) / value(n_max >> _LOG2_SPAN)) / _LOG2_SPAN


def growth_text(power: float) -> str:
    """Say how something grows.

    >>> growth_text(0.503), growth_text(1.5), growth_text(0.02), growth_text(-0.12)
    ('grows like sqrt(n)', 'grows like n^1.5', 'hardly grows', 'shrinks like n^-0.12')
    """
    for named, text in _NAMED_POWERS.items():
        if abs(power - named) <= NEARLY:
            return text
    return f"{'shrinks' if power < 0 else 'grows'} like n^{power:.2g}"


def why(row: RowLimits, n_max: int) -> str:
    """Say what an iterate waits for at `n_max`, how that grows, and how the row grows beside a scan.

    The growth is measured on the row, not typed.
    """
    last = row.best_at(n_max)
    limit = max(last.iterate_parts_s, key=lambda name: last.iterate_parts_s[name])
    per_iterate = exponent(lambda n: row.best_at(n).iterate_parts_s[limit], n_max)
    iterates = exponent(lambda n: row.best_at(n).iterates, n_max)
    grows = exponent(lambda n: row.best_at(n).duration_s, n_max)
    dealt = f" the keys are searched in {count_text(last.n_parts)} parts in turn and" if last.n_parts > 1 else ""
    return (
        f"at n = {power_text(n_max)}{dealt} an iterate waits for {_limit_text(last, limit)}; that "
        f"{growth_text(per_iterate)} and the number of iterates {growth_text(iterates)}, so the row "
        f"{growth_text(grows)} where a scan grows like n: it {_race(grows)}"
    )


def argument(row: RowLimits, n_max: int, classical_s: float) -> str:
    """Return why the ratio to a scan is above one at any number of keys; empty where no argument is known.

    A part of the iterate that is linear in the keys by its formula takes as long for all parts of the keys together,
    in how many parts ever, and a part takes the fewest iterates where it has the fewest keys.

    Args:
        row: the row.
        n_max: number of keys at which the two are compared.
        classical_s: time of the scan there, which is linear in n, seconds.
    """
    linear = {
        "reaction": "every iterate visits the keys of its part one after the other, or a fixed number at a time",
        "control": "for every iterate the control computer reads the keys of its part",
    }
    for name, text in linear.items():
        whole, fewer = (row.at(n).iterate_parts_s[name] for n in (n_max, n_max >> _LOG2_SPAN))
        is_linear = fewer and math.log2(whole / fewer) > _LINEAR * _LOG2_SPAN
        if is_linear and row.iterates_of_a_part(n_max) * whole > classical_s:
            return f"{text}, so all parts together take a time in proportion to n, as a scan does, and a longer one"
    return ""


def _race(power: float) -> str:
    """What a row that grows like n^power does beside a scan."""
    if abs(power - 1) <= NEARLY:
        return "neither gains nor loses"
    return "falls behind" if power > 1 else "gains"


def _limit_text(row: RowTime, limit: str) -> str:
    """The limit with its size, and what most of it is."""
    if limit == "memory":
        return f"{count_text(row.waits.external_calls)} calls of the memory"
    if limit == "control":
        return (
            f"the control computer, which reads the table of its keys, {count_text(row.waits.control_bits)} bits, for "
            "the unload, as a scan does once a row"
        )
    parts = row.waits.reactions_by_part
    part = max(parts, key=lambda name: parts[name])
    share = parts[part] / row.waits.reactions
    most = "nearly all" if share > 0.995 else share_text(share)
    return f"{count_text(row.waits.reactions)} reactions one after the other, {most} of them in the {part}"


def heading(request: RowRequest, *, design: bool = False) -> str:
    """Say what row it is: name, sizes, law, machine; on request also its data access.

    >>> heading(RowRequest.of(preset="toy"))
    'toy: n = 16, d = 4, k = 2, 8/8 bits; search law expected, gidney-fowler-2018'
    """
    shape, together = request.shape, request.design.keys_per_query
    access = f"data access {request.design.data_access}, " if design else ""
    access += f"{together} keys per query, " if together not in ("1", AUTO) else ""
    index_heads = "" if shape.index_heads is None else f"{shape.index_heads} index heads, "
    read = f"{request.read.n_keys:,} keys read first, " if request.read.n_keys else ""
    return (
        f"{request.name}: n = {shape.n_keys:,}, d = {shape.d_head}, {index_heads}k = {shape.n_marked}, {read}"
        f"{shape.query_bits}/{shape.key_bits} bits; {access}search law {request.search_law}, {request.hardware}"
    )


def heads_text(request: RowRequest) -> str:
    """Say how many rows a token takes, by layers.

    >>> heads_text(RowRequest.of(preset="gpt2")), heads_text(RowRequest.of(preset="glm-5.2"))
    ('12 layers x 12 heads', '21 layers x 1 indexer of 32 heads')
    """
    heads = _counted(request.query_heads, "head")
    if request.shape.index_heads is not None:
        heads = f"{_counted(request.query_heads, 'indexer')} of {request.shape.index_heads} heads"
    windows = ""
    if request.window_layers:
        layers = _counted(request.window_layers, "layer")
        windows = f" and {layers} whose rows see {request.window:,} keys"
    return f"{_counted(request.layers, 'layer')}{windows} x {heads}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def note_text(request: RowRequest) -> tuple[str, ...]:
    """Return what is to be known of the sizes, as paragraphs: the note, and what is read first.

    >>> note_text(RowRequest.of(preset="toy")), note_text(RowRequest.of(preset="toy", note="a sketch"))
    ((), ('Note: a sketch.',))
    """
    note = (f"Note: {request.note.rstrip('.')}.",) if request.note else ()
    return (*note, request.read.sentence(request.shape)) if request.read.n_keys else note


def k_law_text(request: RowRequest) -> tuple[str, ...]:
    """Return what is known of k by its law, as one paragraph; none where k is given."""
    sentence = request.k_from.sentence(request.shape.n_keys)
    return (sentence,) if sentence else ()


def about_text(request: RowRequest) -> tuple[str, ...]:
    """Return both, a paragraph each."""
    return *note_text(request), *k_law_text(request)


def growth_of_k(request: RowRequest) -> str:
    """Say how k goes with n up to the largest number of keys that is compared."""
    return request.k_from.growth(N_MAX)


def reading_sentence(reading: Reading) -> str:
    """Say from where a row passes the slowest and the fastest classical line, or that it does not, and why."""
    return "; ".join(reading_clauses(reading))


def reading_clauses(reading: Reading) -> tuple[str, ...]:
    """Return the verdict, how the times grow, what is known beyond the numbers compared, how k goes with n, and why."""
    slowest, fastest = reading.slowest, reading.fastest
    largest = f"n = {power_text(slowest.n_max)}"
    because = (f"why: {reading.why}",) if reading.why else ()
    if slowest.n_keys is None:
        which = "" if slowest is fastest else ", not even with the slowest classical line"
        verdict = f"no crossover up to {largest}{which}: {slowest.trend}"
        return verdict, *_beyond(reading, slowest), reading.marked, *because
    marked = () if reading.marked == KEPT else (reading.marked,)
    never = f"no crossover up to {largest} with the fastest classical line"
    verdict = never if fastest.n_keys is None else "with the fastest line"
    beyond = _beyond(reading, fastest) if fastest.n_keys is None else ()
    return (
        f"{verdict}: {fastest.reason}",
        *beyond,
        f"with the slowest line: {slowest.reason}",
        "at the earliest, since gates and factories take no time here",
        *marked,
        *because,
    )


def given_tau_sentence(given_tau: Crossover) -> str:
    """Say which line is the rival where the threshold is given, and how the row ends against it."""
    largest, ratio = f"n = {power_text(given_tau.n_max)}", number_text(given_tau.ratio_at_n_max)
    found = f"is not passed up to {largest}, where the ratio is {ratio}"
    if given_tau.n_keys is not None:
        found = f"is passed from n = {count_text(given_tau.n_keys)} on, and the ratio at {largest} is {ratio}"
    return (
        "The slowest line selects the k largest of one row alone, as a GPU has to where k is given. Where tau is "
        "given, it keeps the keys that reach tau while it scores them: the slowest line that selects nothing "
        f"{found}."
    )


def _beyond(reading: Reading, line: Crossover) -> tuple[str, ...]:
    """What is known beyond the largest number of keys that was compared."""
    if not math.isfinite(line.exponent):
        return ()
    grows = f"there the row grows like n^{line.quantum_exponent:.2f} and that line like n^{line.classical_exponent:.2f}"
    if reading.never_passes(line):
        return grows, f"it never passes: {reading.never}"
    if line.log2_extrapolated is not None:
        return grows, f"extrapolated by these it passes near n = 2^{line.log2_extrapolated:.0f}"
    return (f"{grows}, so the ratio does not fall",)


def ratio_text(reading: Reading, line: Crossover) -> str:
    """From how many keys on a line is passed; or the ratio at the largest number compared, and what lies beyond it."""
    if line.n_keys is not None:
        return f"n = {number_text(line.n_keys)}"
    if not math.isfinite(line.ratio_at_n_max):
        return "cannot run"
    ratio = number_text(line.ratio_at_n_max)
    if reading.never_passes(line):
        return f"never: {ratio}"
    return ratio if line.log2_extrapolated is None else f"{ratio}; 2^{line.log2_extrapolated:.0f}"


def passing_text(slowest: Crossover) -> str:
    """From how many keys on the slowest line is passed, or up to how many it is not."""
    return f"none up to {power_text(slowest.n_max)}" if slowest.n_keys is None else count_text(slowest.n_keys)


def passing_sentence(slowest: Mapping[str, Crossover]) -> str:
    """Say which of some data accesses pass the slowest GPU line, and from where."""
    largest = f"n = {power_text(next(iter(slowest.values())).n_max)}"
    passing = [
        f"{name} from n = {number_text(each.n_keys)}" for name, each in slowest.items() if each.n_keys is not None
    ]
    if passing:
        return f"The slowest GPU line is passed by {', '.join(passing)}; by no other of these up to {largest}."
    nearest = min(slowest, key=lambda name: slowest[name].ratio_at_n_max)
    return (
        f"Up to {largest} the slowest GPU line is passed by none of {', '.join(slowest)}; the nearest there is "
        f"{nearest}, slower by a factor of {number_text(slowest[nearest].ratio_at_n_max)}."
    )


def passing_of(name: str, slowest: Crossover, fastest: Crossover, n_keys: int) -> str:
    """Say from where one data access passes both lines; it does pass the slowest one."""
    assert slowest.n_keys is not None
    here = " on (this row has more)" if slowest.n_keys <= n_keys else " on"
    first = (
        f"at its limits, with any number of factories, `{name}` passes the slowest GPU line from n = "
        f"{count_text(slowest.n_keys)}{here}"
    )
    if fastest.n_keys is None:
        return f"{first}, but not the fastest line up to n = {power_text(fastest.n_max)}"
    return f"{first} and the fastest from n = {count_text(fastest.n_keys)} on"


def shared_reasons(why: Mapping[str, str]) -> list[str]:
    """Say why, once for all names that have the reason in common."""
    names: dict[str, list[str]] = {}
    for name, reason in why.items():
        names.setdefault(reason, []).append(f"`{name}`")
    return [f"{', '.join(of)}: {reason}." for reason, of in names.items()]
