"""The explorer in a browser: its sliders by the keyboard, its numbers, its width, and nothing that it asks for."""

from pathlib import Path

import pytest

from groverattn.show.markdown import bare
from groverattn.show.numbers import count_text, time_text
from studies.explorer import grid, page

ROOT = Path(__file__).parents[2]
ADDRESS = (ROOT / page.FILE_NAME).as_uri()


def shown(browser, *names):
    return [browser.run(f"document.getElementById('{name}').textContent") for name in names]


def best(**sizes):
    """The texts of the best design of the committed grid."""
    asked = {"bits": 8, "hardware": "gidney-fowler-2018", "error_budget": 0.01, "keys_per_query": "auto"} | sizes
    rows = [row for row in grid.SHEET.read(ROOT) if all(row[name] == str(value) for name, value in asked.items())]
    row = grid.best_of([row for row in rows if row["data_access"] in grid.DATA_ACCESSES])
    return [bare(count_text(int(row["qubits"]))), bare(time_text(float(row["duration_s"]))), row["design"]]


def test_sliders_move_by_the_keyboard_and_show_rows_of_the_grid(browser):
    browser.open(ADDRESS, 1280)
    assert shown(browser, "qubits", "time", "design") == best(n_keys=131072, n_marked=512)
    browser.run("document.getElementById('keys').focus()")
    browser.press("ArrowRight")
    assert shown(browser, "qubits", "time", "design") == best(n_keys=1 << 20, n_marked=512)
    assert "--n-keys 1048576 " in shown(browser, "command")[0]
    browser.press("Home")  # 1,024 keys: k stops at 32, and comes back
    assert shown(browser, "qubits", "time", "design") == best(n_keys=1024, n_marked=32)
    assert "--n-marked 32 " in shown(browser, "command")[0]
    browser.press("End")
    assert shown(browser, "qubits", "time", "design") == best(n_keys=1 << 23, n_marked=512)
    browser.press("Tab")
    browser.press("ArrowRight")
    assert shown(browser, "qubits", "time", "design") == best(n_keys=1 << 23, n_marked=2048)


def test_every_place_of_the_controls_shows_a_row_or_says_why_not(browser):
    browser.open(ADDRESS, 1280)
    counted = browser.run(
        """(() => {
          const places = Object.fromEntries(names.map((name) => [name, grid.controls[name].map((_, place) => place)]));
          let all = [{}], priced = 0, refused = 0;
          for (const name of names) {
            all = all.flatMap((some) => places[name].map((place) => ({ ...some, [name]: place })));
          }
          for (const each of all.filter((_, place) => place % 7 === 0)) {
            Object.assign(wanted, each);
            show();
            const qubits = byId("qubits").textContent, why = byId("design").textContent;
            if (qubits === "none" && why.startsWith("No such search: ")) refused++;
            else if (/^[0-9]/.test(qubits) && /^[0-9]/.test(byId("factor").textContent)) priced++;
            else throw new Error(JSON.stringify(each));
          }
          return [all.length, priced, refused];
        })()"""
    )
    assert counted[1] + counted[2] == -(-counted[0] // 7)
    assert min(counted[1:]) > 100


# A list that is as wide as its longest name asks for, and a command of which no part runs out of its box.
_NAMES_ARE_WHOLE = """[...document.querySelectorAll("select")].every((list) => {
  const free = list.cloneNode(true);
  free.style.width = "auto";
  list.after(free);
  const whole = free.getBoundingClientRect().width <= list.getBoundingClientRect().width;
  free.remove();
  return whole;
}) && byId("command").scrollWidth <= byId("command").clientWidth"""


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_its_window_and_asks_for_nothing(browser, width):
    browser.open(f"{ADDRESS}#keys=2&per_query=2", width)
    assert browser.run("document.scrollingElement.scrollWidth") <= width
    assert browser.run(
        "[...document.querySelectorAll('.value')].every((e) => e.scrollWidth <= e.parentElement.clientWidth)"
    )
    assert browser.run(_NAMES_ARE_WHOLE)
    assert shown(browser, "qubits") == ["none"]  # as the address says: 64 keys per query
    asked = [
        event["params"]["request"]["url"] for event in browser.events if event["method"] == "Network.requestWillBeSent"
    ]
    assert [url.partition("#")[0] for url in asked] == [ADDRESS]
    assert [event for event in browser.events if event["method"] in ("Log.entryAdded", "Runtime.exceptionThrown")] == []


def test_every_control_has_a_name_and_says_its_value(browser):
    browser.open(ADDRESS, 1280)
    nodes = browser.send("Accessibility.getFullAXTree")["nodes"]
    named = [
        node["name"]["value"] for node in nodes if node["role"]["value"] in ("slider", "combobox", "MenuListPopup")
    ]
    assert [control.label in named for control in page.controls()] == [True] * len(page.controls())
    assert browser.run("document.getElementById('keys').getAttribute('aria-valuetext')") == "131,072 = 2¹⁷"
    figure = [node["name"]["value"] for node in nodes if node["role"]["value"] in ("image", "img")]
    assert any(text.startswith("Physical qubits against seconds") for text in figure)


def test_without_script_the_page_shows_a_row(browser):
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(ADDRESS, 1280)
        tree = browser.send("Accessibility.getFullAXTree")["nodes"]
        roles = [node["role"]["value"] for node in tree if not node.get("ignored")]
        assert "slider" not in roles
        texts = [node.get("name", {}).get("value") for node in tree]
        assert best(n_keys=131072, n_marked=512)[1] in texts
        assert roles.count("row") > 3
    finally:
        browser.send("Emulation.setScriptExecutionDisabled", value=False)
