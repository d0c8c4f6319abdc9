"""Magic state factories of Litinski's table."""

from __future__ import annotations

from groverattn.errors import InputError
from groverattn.physical.factories.factory import Factory
from groverattn.physical.machines.hardware import Hardware

# fmt: off
# Litinski, arXiv:1905.06903, Table 1: protocol, physical qubits, code cycles, states per run, output error per state.
# The physical error rate of the T states put in is that of every other operation.
_T_STATES = {
    1e-3: (
        ("15-to-1 (17,7,7)", 4_620, 42.6, 1, 4.5e-8),
        ("15-to-1 (13,5,5)^6 x 20-to-4 (23,11,13)", 43_300, 130, 4, 1.4e-10),
        ("15-to-1 (13,5,5)^4 x 20-to-4 (27,13,15)", 46_800, 157, 4, 2.6e-11),
        ("15-to-1 (11,5,5)^6 x 15-to-1 (25,11,11)", 30_700, 82.5, 1, 2.7e-12),
        ("15-to-1 (13,5,5)^6 x 15-to-1 (29,11,13)", 39_100, 97.5, 1, 3.3e-14),
        ("15-to-1 (17,7,7)^6 x 15-to-1 (41,17,17)", 73_400, 128, 1, 4.5e-20),
    ),
    1e-4: (
        ("15-to-1 (7,3,3)", 810, 18.1, 1, 4.4e-8),
        ("15-to-1 (9,3,3)", 1_150, 18.1, 1, 9.3e-10),
        ("15-to-1 (11,5,5)", 2_070, 30.0, 1, 1.9e-11),
        ("15-to-1 (9,3,3)^4 x 20-to-4 (15,7,9)", 16_400, 90.3, 4, 2.4e-15),
        ("15-to-1 (9,3,3)^4 x 15-to-1 (25,9,9)", 18_600, 67.8, 1, 6.3e-25),
    ),
}
_CCZ_STATES = {
    1e-3: (("15-to-1 (13,7,7)^6 x 8-to-CCZ (25,15,15)", 47_000, 60, 1, 5.2e-11),),
    1e-4: (("15-to-1 (7,3,3)^4 x 8-to-CCZ (15,7,9)", 12_400, 36.1, 1, 7.2e-14),),
}
# fmt: on
_SOURCE = "arXiv:1905.06903, Table 1"


def litinski(hardware: Hardware) -> tuple[Factory, ...]:
    """Return Litinski's factories, from the half of the table with the next larger physical error rate.

    Raises:
        InputError: a physical error rate or one of the T states put in above 1e-3, the largest in the table.

    >>> from groverattn.physical.machines.hardware import hardware
    >>> min(factory.p_error_per_t for factory in litinski(hardware("litinski-2019")))
    4.5e-20
    """
    noise = max(hardware.physical_error_rate, hardware.t_error_rate)
    rates = [rate for rate in sorted(_T_STATES) if noise <= rate]
    if not rates:
        raise InputError(
            given=f"physical_error_rate = {hardware.physical_error_rate}, t_error_rate = {hardware.t_error_rate}",
            allowed="at most 1e-3 with litinski-2019 factories",
            why=f"{_SOURCE}, lists factories for 1e-3 and 1e-4 only",
            do="choose another factory family for this machine",
        )
    # A Toffoli is 4 T (arXiv:1212.5069); on a CCZ factory a bare T takes a whole CCZ: our assumption, an upper bound.
    from_t = [_from_table(*row, states_per_toffoli=4) for row in _T_STATES[rates[0]]]
    from_ccz = [_from_table(*row, states_per_toffoli=1) for row in _CCZ_STATES[rates[0]]]
    return (*from_t, *from_ccz)


def _from_table(
    name: str, qubits: int, cycles_per_run: float, states_per_run: int, p_error: float, *, states_per_toffoli: int
) -> Factory:
    cycles = cycles_per_run / states_per_run
    return Factory(
        name=name,
        qubits=qubits,
        cycles_per_toffoli=states_per_toffoli * cycles,
        cycles_per_t=cycles,
        p_error_per_toffoli=states_per_toffoli * p_error,
        p_error_per_t=p_error,
        source=_SOURCE,
    )
