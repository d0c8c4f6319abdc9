"""estimates/README.md: the commands, what is in which file, and the columns of the largest."""

from __future__ import annotations

from groverattn.study import preset_sheet


def sheet_readme() -> str:
    """Write estimates/README.md: the command and the columns."""
    columns = "\n".join(f"| `{column.name}` | {column.meaning} |" for column in preset_sheet.COLUMNS)
    return _README.format(columns=columns, law=preset_sheet.SEARCH_LAW, hardware=preset_sheet.HARDWARE)


_README = """\
# Estimates

`presets.csv` has one row for each preset and each data access. The program computes it, nobody edits it:

    make estimates          # python -m groverattn.study.regenerate

The tests compute it again and compare. It holds no dates and no timings. Numbers that are not whole are rounded to six
significant digits, so that platforms agree.

What all rows share:

- The search law is `{law}`: the number of marked keys is not known. Every row searches all n keys.
- The machine is `{hardware}`, a surface code. Its error rate, cycle and reaction time are in
  `src/groverattn/physical/machines/{hardware}.toml` with their sources. The physical columns are for one row at a time.
- Counts are those of the circuit, with a representative query. Depths and logical qubits hold together in one schedule.
- The data access `qram` is no circuit but an external call at an assumed price.
- A row that is out of reach says so in `error` and leaves its numbers empty.

More files are written by the same command. About the circuit: `iterates.csv`, one Grover iterate at 2^17 and 2^20 keys
under every data access and score method, with the spread of the score over 20 queries; `precision.csv`, what 4 to 16
bits cost in Toffolis and do to the packaged head; `nested_search.csv`, two-stage search with a coarse sketch against
one stage. About the search, in iterates and keys read, whatever an iterate costs: `scaling.csv`, searches drawn at n of
2^12 to 2^22 and k of 16 to 2048 beside the laws, with the fitted exponents in `scaling_fit.csv` and the figure
`scaling.svg`; `query_crossover.csv`, from how many keys on each law asks fewer questions than a scan reads keys;
`search_methods.csv`, the methods of `groverattn simulate --method`, wrong guesses and parallel machines;
`success_frequency.csv`, misses in 20,000 seeded rows against the promise. What a column means stands with the records
of the module that writes the file, in `src/groverattn/study/`.

About machines, models and other estimators: `reports/`, one report for each preset as HTML and as Markdown, with the
verdict, the counts, the frontier and a ledger of how each number was got ([report](../docs/report.md)); `models.csv`,
whole models, one generated token and a causal prefill, with the time to write the keys and the machines that it takes
to match a GPU; `peers.csv`, our counts beside those of `pennylane.estimator` and `qdk.qre` on the same lookup search,
with what explains each difference.

About training through sparse plus rank one, see [training](../docs/training.md): `gradient_cost.csv`, operations and
memory of the gradients over n; `training.csv`, losses of a small layer with exact attention and with each tail, about
two minutes.

`real_heads.csv` is written by `make studies`: every row of 78 real heads, with and without a causal mask, searched on
exact amplitudes. It takes about ten minutes. So is `finders.csv`: how many keys the classical finders look at, over n
and d and on real heads, beside the iterates of the quantum search; about a minute. And `tails.csv`: what every tail of
B costs in the output of the same heads, with its bounds ([approximation](../docs/approximation.md)); about a minute.

| column | meaning |
|---|---|
{columns}
"""
