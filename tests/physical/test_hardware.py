import attrs
import pytest
from qualtran.surface_code import PhysicalParameters, QECScheme

from groverattn.physical.hardware import HARDWARE, Hardware, hardware
from groverattn.problem.errors import InputError


@pytest.mark.parametrize("machine", HARDWARE.values(), ids=list(HARDWARE))
def test_every_number_has_a_source(machine):
    numbers = {field.name for field in attrs.fields(Hardware)} - {"name", "sources"}
    assert set(machine.sources) == numbers
    for source in machine.sources.values():
        assert "arXiv:" in source or "our assumption" in source


@pytest.mark.parametrize(
    ("name", "parameters", "scheme"),
    [
        ("gidney-fowler-2018", PhysicalParameters.make_gidney_fowler(), QECScheme.make_gidney_fowler()),
        ("beverland-gate-ns-e3", PhysicalParameters.make_beverland_et_al(), QECScheme.make_beverland_et_al()),
        (
            "beverland-gate-ns-e4",
            PhysicalParameters.make_beverland_et_al(optimistic_err_rate=True),
            QECScheme.make_beverland_et_al(),
        ),
        (
            "beverland-gate-us-e4",
            PhysicalParameters.make_beverland_et_al("ion", optimistic_err_rate=True),
            QECScheme.make_beverland_et_al(),
        ),
    ],
)
def test_records_agree_with_qualtran(name, parameters, scheme):
    machine = hardware(name)
    assert machine.physical_error_rate == parameters.physical_error
    assert machine.cycle_time_us == parameters.cycle_time_us
    assert machine.error_rate_scaler == scheme.error_rate_scaler
    assert machine.error_rate_threshold == scheme.error_rate_threshold


def test_unknown_name_names_the_nearest():
    with pytest.raises(InputError, match=r"did you mean gidney-fowler-2018"):
        hardware("gidney-fowler")


@pytest.mark.parametrize("change", [{"cycle_time_us": 0.0}, {"reaction_time_us": -1.0}, {"physical_error_rate": 0.01}])
def test_impossible_machines_are_refused(change):
    with pytest.raises(InputError):
        attrs.evolve(hardware("gidney-fowler-2018"), **change)
