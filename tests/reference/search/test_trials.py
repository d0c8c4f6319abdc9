import numpy as np
import pytest

from groverattn.reference.search.amplification import success_probability
from groverattn.reference.search.fixed_point import fixed_point_phases, fixed_point_success
from groverattn.reference.search.trials import FixedTrial, GroverRun, UniformTrial, success_of_each

N, T = 23, np.arange(24)


def test_a_plain_run_turns_by_pi_and_succeeds_as_grover_s_search() -> None:
    run = GroverRun(4)
    assert not run.is_phased
    assert [angles.tolist() for angles in run.angles] == [[np.pi] * 4] * 2
    assert run.success(N, T) == pytest.approx(success_probability(N, T, 4))


def test_a_phased_run_turns_and_succeeds_as_the_fixed_point_search() -> None:
    run = GroverRun(4, 0.01)
    assert run.is_phased
    assert np.array_equal(run.angles, fixed_point_phases(4, 0.01))
    assert run.success(N, T) == pytest.approx(fixed_point_success(N, T, 4, 0.01))


@pytest.mark.parametrize("bound", [1, 2, 3, 10])
def test_a_uniform_trial_draws_every_number_below_its_bound_equally(bound) -> None:
    trial = UniformTrial(bound)
    rng = np.random.default_rng(3)
    runs = [trial.draw(rng) for _ in range(2000)]
    counts = np.bincount([run.n_iterates for run in runs], minlength=bound)
    assert len(counts) == trial.iterates_max + 1 == bound
    assert np.abs(counts - 2000 / bound).max() <= 4 * np.sqrt(2000 / bound)
    assert trial.iterates_mean == np.arange(bound).mean()
    assert not any(run.is_phased for run in runs)
    assert not trial.is_phased


@pytest.mark.parametrize("bound", [1, 2, 3, 10])
def test_a_uniform_trial_succeeds_as_its_runs_do_on_average(bound) -> None:
    runs = [GroverRun(j).success(N, T) for j in range(bound)]
    assert UniformTrial(bound).success(N, T) == pytest.approx(np.mean(runs, axis=0), abs=1e-12)


@pytest.mark.parametrize("run", [GroverRun(0), GroverRun(5), GroverRun(5, 0.1)])
def test_a_fixed_trial_is_its_run(run) -> None:
    trial = FixedTrial(run)
    assert trial.draw(np.random.default_rng(0)) == run
    assert trial.iterates_mean == trial.iterates_max == run.n_iterates
    assert trial.is_phased == run.is_phased
    assert np.array_equal(trial.success(N, T), run.success(N, T))


@pytest.mark.parametrize("bound", [1, 3, 10])
def test_draws_for_many_rows_are_those_of_one_by_one(bound) -> None:
    """As many iterates as drawn, and the probability after them; each number below the bound is drawn."""
    t = np.repeat(T, 40)
    j, p_success = UniformTrial(bound).draw_many(N, t, np.random.default_rng(1))
    assert set(j.tolist()) == set(range(bound))
    assert p_success == pytest.approx(success_probability(N, t, j))
    for run in (GroverRun(5), GroverRun(5, 0.1)):
        j, p_success = FixedTrial(run).draw_many(N, t, np.random.default_rng(1))
        assert j.tolist() == [5] * t.size
        assert p_success == pytest.approx(run.success(N, t))


@pytest.mark.parametrize("fault_rate", [0.0, 0.03])
def test_several_trials_at_once_are_each_by_itself(fault_rate) -> None:
    """Uniform and fixed ones in any order, with faults and without."""
    trials = [UniformTrial(3), FixedTrial(GroverRun(2)), UniformTrial(7), FixedTrial(GroverRun(4, 0.1))]
    for some in (trials, trials[:1], trials[1:2]):
        found = success_of_each(some, N, T, fault_rate)
        assert found.shape == (24, len(some))
        for column, trial in zip(found.T, some, strict=True):
            assert column == pytest.approx(trial.success(N, T, fault_rate), abs=1e-12)
    faulty = success_of_each(trials, N, T[1:12], 0.03)
    assert (faulty != success_of_each(trials, N, T[1:12])).all()
