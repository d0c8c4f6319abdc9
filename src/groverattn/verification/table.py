"""A verification as a table: the gates that were run beside those that are counted."""

from __future__ import annotations

import attrs

from groverattn.show.document import Block, Column, Paragraph, Table
from groverattn.show.numbers import whole, words
from groverattn.show.result import blocks_of
from groverattn.verification.verification import Verification

QRAM_IN_WORDS = (
    "Assumption: qram is no circuit. Its calls have no gates in any count, and cost the time, qubits and failure that "
    "the options --qram-... say; by default 10 us each and nothing else. No such memory exists."
)


_DEPTHS = ("Depths are counted with the parts one after another; the gates as run may overlap, and need a few less.",)


@blocks_of.register
def _(result: Verification) -> tuple[Block, ...]:
    check = result.check
    what = "block" if "n_blocks" in result.inputs else "key"
    where = "counts differ" if check.first_mismatch is None else f"first at {what} {check.first_mismatch}"
    outcome = (
        f"{check.inputs_checked:,} {what}s: {check.mismatches} mismatches, {check.dirty_ancillas} dirty ancillas: "
        f"{'passed' if check.passed else f'FAILED, {where}'}"
    )
    run, counted = attrs.asdict(check.run), attrs.asdict(check.counted)
    rows = tuple((words(name.replace("_", " ")), whole(run[name]), whole(counted[name])) for name in counted)
    columns = (Column("phase oracle"), Column("run", "as run"), Column("counted", "as counted"))
    return (
        Paragraph(", ".join(f"{name} {value}" for name, value in result.inputs.items()) + "\n" + outcome),
        *([Paragraph(QRAM_IN_WORDS)] if result.inputs["data_access"] == "qram" else []),
        Table("", columns, rows, notes=_DEPTHS if run != counted else ()),
    )
