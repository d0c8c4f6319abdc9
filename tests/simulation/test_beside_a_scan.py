"""What a simulation says beside its numbers: that k is the default, and that a scan asks less where it does."""

import pytest

from groverattn.errors import InputError
from groverattn.problem.chosen_head import HeadChoice
from groverattn.show.terminal import text_of
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.head import simulate
from groverattn.simulation.request import SimulationRequest

LAW = EngineChoice("law")


def said(result):
    return " ".join(text_of(result.blocks()).split())


def searched(n_keys, **inputs):
    return simulate(SimulationRequest(head=HeadChoice(n_keys=n_keys), engine=LAW, rows="0:4", **inputs))


def test_a_search_that_asks_more_than_a_scan_says_so():
    result = searched(64)
    calls, reads = result.total("iterates"), result.total("key_visits")
    assert calls + reads > 4 * 64
    expected = (
        f"takes {calls:,} oracle calls and reads {reads:,} keys, {calls + reads:,} together; a scan of these rows"
    )
    assert f"{expected} would read 256 keys" in said(result)


def test_one_that_asks_less_says_nothing():
    assert "a scan of these rows would read" not in said(searched(1 << 14, n_marked=1))


@pytest.mark.parametrize(("inputs", "is_said"), [({}, True), ({"n_marked": 4}, False), ({"tau": 0.5}, False)])
def test_the_default_k_is_named_as_such(inputs, is_said):
    assert ("k = 16 is the default of --n-marked." in said(searched(64, **inputs))) == is_said


def test_a_refusal_of_rows_names_those_that_were_asked_for():
    request = SimulationRequest(head=HeadChoice(n_keys=64), engine=LAW, rows="5:200", read_previous=True)
    with pytest.raises(InputError, match="rows = 5:200"):
        simulate(request)
