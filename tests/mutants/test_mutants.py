"""The driver of `make mutants`: what it changes, what it leaves alone, and that what it is told still holds."""

import ast

import pytest

from .parts import EQUIVALENTS, PARTS, equivalents
from .table import Outcome, write

ROOT = EQUIVALENTS.parents[2]

SOURCE = '''"""Module 1."""
from attrs import field

SIZE: int | None = 7


def both(a: int | None, b: bool = True) -> bool:
    """Return 1."""
    if a is None:
        raise ValueError(f"{a + 1}")
    print("3", end="")
    return a > 2 and (b or a | 4)
'''


def test_an_equivalent_mutant_has_a_reason_and_its_line_is_there():
    for (path, before, after), reason in equivalents().items():
        lines = [line.strip() for line in (ROOT / path).read_text("utf-8").splitlines()]
        assert before in lines, (path, before)
        assert before != after
        assert len(reason.split()) >= 4


def test_parts_have_modules_and_tests():
    for name, part in PARTS.items():
        assert part.paths(ROOT), name
        assert all((ROOT / folder).is_dir() for folder in part.tests)


def test_numbers_are_written_into_their_row(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("| costs | `costs` | | | | |\n| laws | `a` | 1 | 2 | 3 | 4 |\n")
    write(path, {"costs": Outcome(5, 3, 1, 1)})
    assert path.read_text() == "| costs | `costs` | 5 | 3 | 1 | 1 |\n| laws | `a` | 1 | 2 | 3 | 4 |\n"
    with pytest.raises(ValueError, match="0 rows of stores"):
        write(path, {"stores": Outcome(5, 3, 1, 1)})


def test_faults_are_small_and_leave_texts_and_types_alone(tmp_path):
    pytest.importorskip("mutmut")  # of the extra `mutants`, which `make mutants` installs and `make test` does not need
    from .mutations import sample

    (tmp_path / "a.py").write_text(SOURCE)
    mutants = sample(tmp_path, ["a.py"], 1000, 0)
    assert sample(tmp_path, ["a.py"], 3, 0) == mutants[:3]
    after = {mutant.after for mutant in mutants}
    assert {"return a > 2", "return (b or a | 4)", "return a >= 2 and (b or a | 4)"} <= after
    assert {"pass", 'print("3", )', "if False:", "SIZE: int | None = 6", "return a > 2 and (b or a)"} <= after
    for mutant in mutants:
        ast.parse(mutant.text)
        assert mutant.before in [line.strip() for line in SOURCE.splitlines()]
        assert not {"raise", '"""', "import"} & set(mutant.before.split())
        assert SOURCE.splitlines()[mutant.lines[0] - 1].strip() == mutant.before
