"""The verb crossover: its JSON, its table and its map."""

import re

import pytest

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES

NEED = {"quantity", "unit", "now", "needed", "needed_if_nothing_else_took_time", "factor", "note"}


def test_json_of_every_access(cli):
    result = cli("crossover", "--preset", "gpt2", "--at", 4096, "--format", "json").json
    assert result["schema"] == "groverattn.crossover/1"
    assert "data_access" not in result["inputs"]
    assert list(result["accesses"]) == list(DATA_ACCESSES)
    for access in result["accesses"].values():
        verdict = access["crossover"]
        assert {"n_keys", "n_keys_slowest_line", "n_max", "ratio_at_n_max", "reason", "why"} <= set(verdict)
        assert {"n_keys", "n_keys_slowest_line", "assumes", "reason"} <= set(verdict["optimistic"])
        assert [point["n_keys"] for point in access["break_even"]] == [1024, 4096]
        for point in access["break_even"]:
            assert set(point["against"]) == {"slowest", "fastest"}
            assert point["against"]["fastest"]["time_s"] <= point["against"]["slowest"]["time_s"]
            for line in point["against"].values():
                assert all(set(need) == NEED for need in line["needs"])


@pytest.mark.parametrize("options", [(), ("--data-access", "qroam"), ("--data-access", "qram", "--at", 1 << 50)])
def test_the_table_fits_a_terminal_and_says_why(cli, options):
    outcome = cli("crossover", "--preset", "llama3.1-8b", *options)
    assert outcome.status == 0
    assert max(map(len, outcome.out.splitlines())) <= 80
    words = " ".join(outcome.out.split())
    assert "an iterate waits for" in words
    assert "against H100 decode top-k fp16 (scores and exact top-k of one row alone), 22.4 us, and B200" in words
    if "qroam" in options:
        assert "not by code distance" in words
        assert "with the score alone" in words
        assert "With a control computer that reads the key table in no time: no crossover" in words


def test_table_and_json_agree(cli):
    sizes = ("crossover", "--n-keys", 1024, "--d-head", 64, "--n-marked", 1, "--data-access", "qram")
    verdict = cli(*sizes, "--format", "json").json["accesses"]["qram"]["crossover"]
    assert verdict["n_keys_slowest_line"] is not None
    (row,) = (line.split() for line in cli(*sizes).out.splitlines() if line.startswith("qram   "))
    assert f"{float(row[3]):.2e}" == f"{verdict['n_keys_slowest_line']:.2e}"


def test_the_map_is_the_same_bytes_and_works_on_dark_pages(cli, tmp_path):
    pictures = []
    for name in ("a.svg", "b.svg"):
        outcome = cli("crossover", "--preset", "gpt2", "--data-access", "qram", "--figure", tmp_path / name)
        assert outcome.status == 0
        assert f"figure: wrote {tmp_path / name}" in outcome.err
        pictures.append((tmp_path / name).read_text())
    assert pictures[0] == pictures[1]
    drawn = pictures[0].partition("</metadata>")[2]
    colours = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", drawn))
    luminance = [sum(int(colour[i : i + 2], 16) for i in (1, 3, 5)) / 3 for colour in colours]
    assert all(60 < light < 190 for light in luminance), colours
    again = cli("crossover", "--preset", "gpt2", "--data-access", "qram", "--figure", tmp_path / "a.svg")
    assert again.status == 2


def test_the_map_as_png_and_a_wrong_ending(cli, tmp_path):
    picture = tmp_path / "map.png"
    assert cli("crossover", "--preset", "gpt2", "--data-access", "qram", "--figure", picture).status == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    refused = cli("crossover", "--preset", "gpt2", "--figure", tmp_path / "map.pdf")
    assert refused.status == 2
    assert ".svg or .png" in refused.err


def test_bad_input(cli):
    assert "did you mean qroam" in cli("crossover", "--preset", "gpt2", "--data-access", "qroan").err
    assert cli("crossover", "--preset", "gpt2", "--at", 16).status == 2
