from groverattn.bloqs.flat.schedule import Axis, CommutingSchedule


def test_controls_overlap_and_targets_overlap():
    schedule = CommutingSchedule()
    for target in (1, 2, 3):
        schedule.add([(0, Axis.Z), (target, Axis.X)], duration=1)
    for control in (4, 5):
        schedule.add([(control, Axis.Z), (1, Axis.X)], duration=1)
    assert schedule.depth == 1


def test_control_after_target_waits_and_so_does_the_next_target():
    schedule = CommutingSchedule()
    schedule.add([(0, Axis.X)], duration=1)
    schedule.add([(0, Axis.Z)], duration=1)
    schedule.add([(0, Axis.Z)], duration=1)
    schedule.add([(0, Axis.X)], duration=1)
    assert schedule.depth == 3


def test_other_gates_never_overlap():
    schedule = CommutingSchedule()
    for _ in range(3):
        schedule.add([(0, Axis.OTHER)], duration=2)
    assert schedule.depth == 6
