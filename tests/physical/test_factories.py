import re

import attrs
import pytest
from qualtran.resource_counting import GateCounts
from qualtran.surface_code import FifteenToOne, LogicalErrorModel, QECScheme

from groverattn.errors import InputError
from groverattn.physical.factories import Factory, candidate_factories
from groverattn.physical.factories.usable import factories_of, usable_families
from groverattn.physical.machines.hardware import FAMILIES, HARDWARE, hardware


def _one(family, name, machine="gidney-fowler-2018"):
    return next(factory for factory in FAMILIES[family](hardware(machine)) if factory.name == name)


def test_ccz2t_as_published():
    # arXiv:1812.01238: 147,904 physical qubits, one CCZ per 5.5 d cycles, here with d = 31.
    factory = _one("ccz2t", "CCZ2T (15, 31)")
    assert factory.qubits == 147_904
    assert factory.cycles_per_toffoli == 5.5 * 31
    assert factory.cycles_per_t == (5.5 + 1) / 2 * 31


def test_least_error_of_ccz2t():
    # Two levels of distillation leave 28 (35 p^3)^2, whatever the distances: arXiv:1812.01238, as Qualtran has it.
    least = min(factory.p_error_per_toffoli for factory in candidate_factories("ccz2t", hardware("gidney-fowler-2018")))
    assert least == pytest.approx(28 * (35 * 1e-3**3) ** 2, rel=1e-3)


ONE_LEVEL = [("gidney-fowler-2018", (17, 7, 7))] + [
    ("beverland-gate-ns-e4", distances) for distances in [(7, 3, 3), (9, 3, 3), (11, 5, 5)]
]


@pytest.mark.parametrize(("machine", "distances"), ONE_LEVEL)
def test_one_level_factories_of_the_table_as_qualtran_simulates_them(machine, distances):
    factory = _one("litinski-2019", f"15-to-1 ({','.join(map(str, distances))})", machine)
    simulated = FifteenToOne(*distances)
    noise = LogicalErrorModel(hardware(machine).physical_error_rate, QECScheme.make_gidney_fowler())
    assert f"{simulated.p_out(noise):.1e}" == f"{factory.p_error_per_t:.1e}"
    assert round(simulated.n_physical_qubits(), -1) == factory.qubits
    assert simulated.n_cycles(GateCounts(t=10_000), noise) / 10_000 == pytest.approx(factory.cycles_per_t, abs=0.06)


def test_ccz_factory_of_the_table():
    # arXiv:1905.06903, Table 1.
    factory = _one("litinski-2019", "15-to-1 (13,7,7)^6 x 8-to-CCZ (25,15,15)")
    assert (factory.qubits, factory.cycles_per_toffoli, factory.p_error_per_toffoli) == (47_000, 60, 5.2e-11)


@pytest.mark.parametrize("name", HARDWARE)
def test_every_machine_has_factories(name):
    machine = HARDWARE[name]
    for family in machine.factories:
        errors = [factory.p_error_per_toffoli for factory in candidate_factories(family, machine)]
        assert 0 < min(errors) < 1e-13


@pytest.mark.parametrize("family", FAMILIES)
def test_dominated_factories_are_left_out_and_no_other(family):
    machine = hardware("gidney-fowler-2018")
    candidates = candidate_factories(family, machine)
    merits = {factory: attrs.astuple(factory)[1:6] for factory in FAMILIES[family](machine)}

    def beaten(factory):
        others = (m for f, m in merits.items() if m != merits[factory])
        return any(all(a <= b for a, b in zip(other, merits[factory], strict=True)) for other in others)

    assert set(candidates) == {factory for factory in merits if not beaten(factory)}


@pytest.mark.parametrize("family", ["litinski-2019", "cultivated-ccz"])
def test_physical_error_without_a_table(family):
    noisy = attrs.evolve(hardware("gidney-fowler-2018"), physical_error_rate=2e-3)
    with pytest.raises(InputError, match=re.escape("at most 1e-3")):
        candidate_factories(family, noisy)


def test_noisy_t_states_without_a_table():
    # 1e-6 for Clifford gates, 1e-2 for T states: the table has the same rate for both.
    with pytest.raises(InputError, match=r"t_error_rate = 0\.01"):
        candidate_factories("litinski-2019", hardware("beverland-majorana-e6"))


def test_unknown_family():
    with pytest.raises(InputError, match="ccz2t, litinski-2019"):
        candidate_factories("cultivation", hardware("gidney-fowler-2018"))


def test_a_family_from_outside_may_be_named_by_a_machine(monkeypatch):
    monkeypatch.setattr(FAMILIES, "parts", dict(FAMILIES.parts))
    own = Factory("own", 1000, 10.0, 10.0, 1e-20, 1e-20, "example")
    FAMILIES.register("own-family", lambda machine: (own,))
    machine = attrs.evolve(hardware("gidney-fowler-2018"), factories=("own-family",))
    assert candidate_factories("own-family", machine) == (own,)


def test_a_family_to_fall_back_on_may_have_no_design_and_the_first_may_not():
    noisy = attrs.evolve(hardware("gidney-fowler-2018"), physical_error_rate=2e-3)
    fallback, first = (attrs.evolve(noisy, factories=names) for names in (TWO_FAMILIES, TWO_FAMILIES[::-1]))
    assert list(usable_families(fallback)) == ["ccz2t"]
    assert factories_of(fallback)[0] == candidate_factories("ccz2t", fallback)
    with pytest.raises(InputError, match="at most 1e-3"):
        list(usable_families(first))
    both = attrs.evolve(hardware("gidney-fowler-2018"), factories=TWO_FAMILIES)
    every, numbers = factories_of(both)
    assert every == sum((candidate_factories(name, both) for name in TWO_FAMILIES), ())
    assert numbers.T.tolist() == [list(attrs.astuple(factory)[1:6]) for factory in every]


TWO_FAMILIES = ("ccz2t", "litinski-2019")
