import os

import attrs
import pytest

from groverattn.errors import InputError
from groverattn.files.text_file import FILE_BYTES_MAX
from groverattn.physical.machines.hardware import HARDWARE, Hardware, hardware
from groverattn.physical.machines.machine_file import read_machine_file

BASE = 'base = "gidney-fowler-2018"\n'


@pytest.fixture
def machine_of(tmp_path):
    """The machine that a TOML text describes."""

    def read(text):
        path = tmp_path / "mine.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return hardware(str(path))

    return read


def test_a_file_takes_over_what_it_does_not_give(machine_of):
    machine = machine_of(BASE + 'cycle_time_us = 2\nreaction_time_us = { value = 5.5, source = "our laboratory" }\n')
    named = hardware("gidney-fowler-2018")
    assert machine == attrs.evolve(named, name="mine.toml", cycle_time_us=2.0, gate_time_us=2.0, reaction_time_us=5.5)
    assert machine.sources["cycle_time_us"] == "user's file"
    assert machine.sources["reaction_time_us"] == "our laboratory"
    assert machine.sources["physical_error_rate"] == named.sources["physical_error_rate"]
    assert hardware("gidney-fowler-2018").cycle_time_us == 1.0


def test_a_base_may_have_a_base(machine_of):
    machine = machine_of('base = "beverland-majorana-e6"\nphysical_error_rate = 1e-5\n')
    assert (machine.physical_error_rate, machine.t_error_rate, machine.reaction_time_us) == (1e-5, 0.01, 10.0)


def test_t_states_are_as_noisy_as_the_rest_unless_said(machine_of):
    machine = machine_of(BASE + "physical_error_rate = 1e-4\n")
    assert machine.t_error_rate == 1e-4
    assert "our assumption" in machine.sources["t_error_rate"]


def test_a_file_of_its_own(machine_of):
    fields = {
        "physical_error_rate": 1e-4,
        "cycle_time_us": 1.0,
        "reaction_time_us": 10.0,
        "control_bits_per_s": float("inf"),
        "error_rate_scaler": 0.1,
        "error_rate_threshold": 0.01,
        "error_interval": "cycle",
        "tile_qubits": "rotated",
        "data_block": "simple",
        "routing_overhead": 0,
        "factories": ["ccz2t"],
    }
    lines = [f"{name} = {str(value) if value == float('inf') else repr(value)}" for name, value in fields.items()]
    with pytest.raises(InputError, match="control_bits_per_s = inf"):
        machine_of("\n".join(lines))
    machine = machine_of("\n".join(lines).replace("inf", "1e15"))
    assert {type(getattr(machine, name)) for name in ("routing_overhead", "control_bits_per_s")} == {float}
    for left_out in ("cycle_time_us", "factories"):
        with pytest.raises(InputError, match=f"without {left_out}"):
            machine_of("\n".join(line for line in lines if not line.startswith(left_out)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BASE + "cycle_time = 1.0", "did you mean cycle_time_us"),
        ("bas = 'gidney-2025'", "did you mean base"),
        ('base = "gidney-fowler"', "did you mean gidney-fowler-2018"),
        ('base = "mine.toml"', "base 'mine.toml'"),
        ("base = 2018", "the name of a machine, in quotes"),
        ("", "without physical_error_rate, cycle_time_us"),
        (BASE + "name = 'other'", "mine.toml: field 'name'"),
        (BASE + "cycle_time_us = 'fast'", "cycle_time_us = 'fast'; allowed: a number"),
        (BASE + "cycle_time_us = 1e-16", r"cycle_time_us = 1e-16; allowed: strictly between 1e-15 and 1e\+18"),
        (BASE + "cycle_time_us = nan", "cycle_time_us = nan"),
        *((BASE + f"{name} = 0x{'f' * 5000}", f"{name} = a whole number of") for name in ("hot_tiles", "factories")),
        (BASE + f"tile_qubits = [0x{'f' * 5000}]", "tile_qubits 'a list'"),
        (f"base = 0x{'f' * 5000}", "base = a whole number of 20000 bits"),
        (BASE + "cycle_time_us = 1" + "0" * 400, "cycle_time_us = a whole number of 1329 bits"),
        (BASE + "cycle_time_us = inf", "cycle_time_us = inf"),
        (BASE + "cycle_time_us = 1" + "0" * 5000, "does not parse"),
        (BASE + "cycle_time_us = true", "cycle_time_us = True"),
        (BASE + "cycle_time_us = { value = 1.0 }", "value, and source in words"),
        (BASE + 'cycle_time_us = { value = 1.0, source = " " }', "value, and source in words"),
        (BASE + 'cycle_time_us = { value = 1.0, source = "x", unit = "us" }', "cycle_time_us with value, source, unit"),
        (BASE + "[cycle_time_us]", "cycle_time_us with no key"),
        (BASE + "physical_error_rate = 0.02", "below the threshold 0.01"),
        (BASE + 'factories = "ccz2t"', "a list of families"),
        (BASE + 'factories = ["ccz"]', "did you mean ccz2t"),
        (BASE + "factories = [[1]]", "factories"),
        (BASE + "hot_tiles = 1", "the data block is simple"),
        ("base =", "does not parse"),
        (BASE + BASE, "does not parse"),
        ("x = " + "[" * 30_000, "does not parse"),
        (b"\xff\xfe", "UTF-8"),
        ("#" * (FILE_BYTES_MAX + 1), "up to 65,536 bytes"),
    ],
)
def test_files_that_describe_no_machine(machine_of, text, message):
    with pytest.raises(InputError, match=message):
        machine_of(text)


def test_a_comment_may_fill_the_file(machine_of):
    assert machine_of(BASE + "#" * (FILE_BYTES_MAX - len(BASE))).reaction_time_us == 10.0


def test_what_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    other = "a folder, a pipe or a device"
    for name, words in (("none.toml/", "no file of this name"), ("", other), ("pipe.toml", other)):
        with pytest.raises(InputError, match=words):
            hardware(f"{tmp_path}/{name}")


def test_shipped_files_need_a_source_on_every_field(tmp_path):
    path = tmp_path / "machine.toml"
    path.write_text("cycle_time_us = 1.0\n")
    fields = [field.name for field in attrs.fields(Hardware)]
    assert read_machine_file(path, fields, sources_required=False).values == {"cycle_time_us": 1.0}
    with pytest.raises(InputError, match="every number names its source"):
        read_machine_file(path, fields, sources_required=True)


def test_a_users_machine_is_never_mistaken_for_a_named_one(machine_of):
    assert machine_of(BASE).name not in HARDWARE
