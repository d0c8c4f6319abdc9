"""A study from file to table in this process: what is computed, kept, tried again, told and written down."""

import csv
import hashlib
import json

import attrs
import pytest

from groverattn.errors import InputError
from groverattn.sweep import sweep as sweep_module
from groverattn.sweep.executors import InProcess
from groverattn.sweep.kinds import KINDS
from groverattn.sweep.runner import Runner
from groverattn.sweep.store import JOURNAL, open_store
from groverattn.sweep.sweep import SweepResult, sweep

# Nine of eight keys cannot be marked, so that the last point fails; the first is said twice.
STUDY = """
kind = "estimate"
[fixed]
preset = "toy"
[[points]]
n_keys = 16
[[points]]
n_keys = 32
[[points]]
n_keys = 16
[[points]]
n_keys = 8
n_marked = 9
"""


@attrs.define
class Told:
    """Runs a study and keeps what it is told."""

    folder: object
    points: list = attrs.field(factory=list)
    notes: list = attrs.field(factory=list)

    def run(self, text=STUDY, **options):
        self.points, self.notes = [], []
        study = self.folder / "study.toml"
        study.write_text(text)
        tell = {"on_point": lambda *said: self.points.append(said), "on_note": self.notes.append}
        return sweep(study, self.folder / "out", InProcess, **tell | options)

    def table(self):
        with (self.folder / "out/table.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def manifest(self):
        return json.loads((self.folder / "out/manifest.json").read_text("utf-8"))


@pytest.fixture
def told(tmp_path):
    return Told(tmp_path)


def numbers(result):
    return result.points, result.found, result.computed, result.failed, result.refuted, result.complete


def test_points_are_computed_once_and_failed_ones_again_if_asked(told):
    assert numbers(told.run(slots=1)) == (3, 0, 3, 1, 0, True)
    assert told.points == [(done, 3, "this process") for done in (1, 2, 3)]
    assert told.notes == []
    assert [(row["n_keys"], bool(row["error"])) for row in told.table()] == [("16", False), ("32", False), ("8", True)]
    assert numbers(told.run()) == (3, 3, 0, 1, 0, True)
    assert (told.points, told.notes) == ([], ["3 of 3 points are there"])
    assert numbers(told.run(retry_failed=True)) == (3, 2, 1, 1, 0, True)
    assert (told.points, told.notes) == ([(1, 1, "this process")], ["2 of 3 points are there"])


def test_rows_of_points_that_left_the_study_stay_out_of_the_table(told):
    told.run()
    assert numbers(told.run(STUDY.replace("n_keys = 32", "n_keys = 64"))) == (3, 2, 1, 1, 0, True)
    kept, others = told.notes
    assert kept == "2 of 3 points are there"
    assert others.startswith("1 rows in ")
    assert [row["n_keys"] for row in told.table()] == ["16", "64", "8"]
    assert numbers(told.run()) == (3, 3, 0, 1, 0, True)  # the old row is there still


def test_the_manifest_says_how_the_table_came_about(told):
    told.run(command=["groverattn", "sweep"])
    said = told.manifest()
    assert said["table"] == {"file": "table.csv", "rows": 3, "failed": 1, "checks_failed": 0}
    assert (said["points"], said["kind"], said["command"]) == (3, "estimate", ["groverattn", "sweep"])
    assert said["study"] == {"file": "study.toml", "sha256": hashlib.sha256(STUDY.encode()).hexdigest()}
    assert said["columns"] == dict(KINDS["estimate"].columns)
    assert (said["table_schema"], said["result_schema"]) == (KINDS["estimate"].schema, KINDS["estimate"].result_schema)
    assert said["model_version"] == sweep_module.model_version().digest
    assert list(said["columns"]) == list(told.table()[0])


@pytest.mark.parametrize("ends", ["the runner is interrupted", "Ctrl-C comes again while it ends"])
def test_an_interrupted_run_has_a_manifest_without_a_table(told, monkeypatch, ends):
    def interrupted(self, points):
        if ends == "Ctrl-C comes again while it ends":
            raise KeyboardInterrupt
        return False

    monkeypatch.setattr(Runner, "run", interrupted)
    result = told.run()
    assert numbers(result) == (3, 0, 0, 0, 0, False)
    assert told.manifest()["table"] is None
    assert not (told.folder / "out/table.csv").exists()
    assert result.as_json()["table"] is None


def test_checks_that_failed_are_counted(told):
    """A simulation whose check failed is a row, which says so."""
    study = 'kind = "simulate"\n[fixed]\nn_keys = 8\nd_head = 2\nn_marked = 2\nengine = "law"\n[grid]\nseed = [0, 1]\n'
    assert numbers(told.run(study)) == (2, 0, 2, 0, 0, True)
    ids = [row["id"] for row in told.table()]
    with open_store(told.folder / "out", KINDS["simulate"]) as store:
        store.journal.execute("UPDATE rows SET passed = 'False' WHERE id = ?", ids[:1])
    assert numbers(told.run(study)) == (2, 2, 0, 0, 1, True)
    assert told.manifest()["table"]["checks_failed"] == 1


def test_a_row_that_was_changed_by_hand_is_refused(told):
    told.run()
    with open_store(told.folder / "out", KINDS["estimate"]) as store:
        store.journal.execute("UPDATE rows SET n_keys = '17' WHERE n_keys = '16'")
    with pytest.raises(Exception, match=rf"{JOURNAL}, with n_keys = '17'; allowed: n_keys = 16"):
        told.run()


RESULT = SweepResult("estimate", "out", 1234, 1000, 200, 7, 5, True)


def test_a_result_in_words_and_as_an_object():
    (words,) = RESULT.blocks()
    assert words.text.splitlines() == [
        "1,200 of 1,234 points (estimate): 1,000 were there, 200 computed now",
        "7 failed, see the column error",
        "5 have a check that failed, see the column passed",
        "table: out/table.csv",
    ]
    (words,) = attrs.evolve(RESULT, failed=0, refuted=0, complete=False).blocks()
    assert words.text.splitlines()[1:] == ["none failed", "INTERRUPTED: the table is not written yet"]
    assert RESULT.as_json() == attrs.asdict(RESULT) | {"schema": "groverattn.sweep/1", "table": "out/table.csv"}


def test_the_frame_is_the_table_of_the_study(told):
    result = told.run()
    frame = result.to_frame()
    assert frame["n_keys"].tolist() == [int(row["n_keys"]) for row in told.table()]
    assert frame["physical_qubits"].notna().tolist() == [not row["error"] for row in told.table()]
    with pytest.raises(InputError, match="run the sweep again"):
        attrs.evolve(result, complete=False).to_frame()
