"""Progress where there is no terminal: a line at each tenth, and at least one a minute."""

from groverattn.cli import output


def test_tenths_and_minutes(monkeypatch, capsys):
    now = [0.0]
    monkeypatch.setattr(output.time, "monotonic", lambda: now[0])
    with output.progress("points") as on_point:
        now[0] = 30.0  # loading is not counted
        on_point(0, 1000)
        for done, at in ((1, 40.0), (2, 50.0), (3, 95.0), (4, 100.0), (100, 110.0), (101, 111.0)):
            now[0] = at
            on_point(done, 1000)
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" of")[0] for line in lines] == ["points: 3", "points: 100"]
    assert lines[1] == "points: 100 of 1000, about 12.0 min left"


def test_of_steps_that_differ_no_time_is_told(monkeypatch, capsys):
    now = [0.0]
    monkeypatch.setattr(output.time, "monotonic", lambda: now[0])
    with output.progress("sections", alike=False) as on_section:
        for done in range(1, 4):
            now[0] += 10.0**done
            on_section(done, 3)
    assert capsys.readouterr().err.splitlines() == [f"sections: {done} of 3" for done in (1, 2, 3)]
