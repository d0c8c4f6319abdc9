// Shows the row of the grid that the controls name: numbers and words are written as the program wrote them.
"use strict";
const byId = (name) => document.getElementById(name);
const grid = JSON.parse(byId("grid").textContent);
const names = Object.keys(grid.controls);
const wanted = { ...grid.start };
const value = (name) => grid.controls[name][at()[name]];

// k stops where the grid does; the k that was asked for comes back with more keys.
function at() {
  return { ...wanted, marked: Math.min(wanted.marked, grid.most_marked[wanted.keys]) };
}
function element(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, each] of Object.entries(attributes)) made.setAttribute(key, each);
  if (text !== undefined) made.textContent = text;
  return made;
}
function cell(text, isNumber) {
  const made = document.createElement("td");
  made.textContent = text;
  if (isNumber) made.className = "number";
  return made;
}
function show() {
  const place = at();
  for (const name of names) {
    const control = byId(name), text = value(name)[0];
    if (name === "marked") control.max = grid.most_marked[place.keys];
    control.value = place[name];
    if (control.type === "range") {
      control.setAttribute("aria-valuetext", text);
      control.parentElement.querySelector("output").textContent = text;
    }
  }
  const row = grid.rows[[place.keys, place.marked, place.bits, place.machine, place.budget].join()];
  const gpu = grid.gpu[[place.keys, place.marked].join()];
  const which = row.cells[place.access * grid.controls.per_query.length + place.per_query];
  const chosen = which < 0 ? null : row.points[which];
  const none = ["none", "none", "none", ""];
  const texts = chosen ? chosen.slice(2, 6) : none;
  ["qubits", "time", "factor", "factor-to"].forEach((id, place) => { byId(id).textContent = texts[place]; });
  byId("design").textContent = grid.words[chosen ? chosen[6] : -1 - which];
  byId("set-by").textContent = chosen ? grid.words[chosen[7]] : "";
  byId("gpu").textContent = gpu[2];
  byId("gpu-lines").textContent = gpu[3];
  const command = [...grid.command, ...names.map((name) => value(name)[1])].filter(Boolean);
  byId("command").replaceChildren(...command.flatMap((part, first) => {
    const whole = document.createElement("span");
    whole.textContent = part;
    return first ? [" ", whole] : [whole];
  }));
  byId("designs").replaceChildren(...row.unbeaten.map((index) => {
    const [, , qubits, time, least, most, design, , options] = row.points[index], line = document.createElement("tr");
    const code = document.createElement("code"), last = cell("");
    code.textContent = grid.words[options];
    last.append(code);
    line.append(cell(qubits, true), cell(time, true), cell(`${least} ${most}`, true), cell(grid.words[design]), last);
    return line;
  }));
  draw(row, chosen, gpu);
}
function draw(row, chosen, gpu) {
  const width = Math.max(byId("plot").clientWidth, 280), height = Math.min(420, Math.max(280, 0.55 * width));
  const left = 58, right = 12, top = 12, bottom = 46, [x0, x1] = grid.decades.qubits, [y0, y1] = grid.decades.seconds;
  const x = (qubits) => left + (Math.log10(qubits) - x0) / (x1 - x0) * (width - left - right);
  const y = (seconds) => height - bottom - (Math.log10(seconds) - y0) / (y1 - y0) * (height - top - bottom);
  const power = (decade) => "10" + [...String(decade)].map((sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] || "⁻").join("");
  const words = `Physical qubits against seconds: ${row.unbeaten.length} designs that no other one beats, from `
    + row.unbeaten.map((index) => `${row.points[index][3]} on ${row.points[index][2]} qubits`).join(", ")
    + `. The same row on a GPU: ${gpu[2]}, ${gpu[3]}.`;
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words });
  for (let decade = x0; decade <= x1; decade++) {
    svg.append(element("line", { class: "grid", x1: x(10 ** decade), x2: x(10 ** decade), y1: top, y2: height - bottom }));
    svg.append(element("text", { x: x(10 ** decade), y: height - bottom + 18, "text-anchor": "middle" }, power(decade)));
  }
  for (let decade = y0; decade <= y1; decade += 2) {
    svg.append(element("line", { class: "grid", x1: left, x2: width - right, y1: y(10 ** decade), y2: y(10 ** decade) }));
    svg.append(element("text", { x: left - 6, y: y(10 ** decade) + 4, "text-anchor": "end" }, power(decade)));
  }
  svg.append(element("text", { x: (left + width - right) / 2, y: height - 8, "text-anchor": "middle" }, "physical qubits"));
  const turned = `rotate(-90) translate(${-(top + height - bottom) / 2} 14)`;
  svg.append(element("text", { transform: turned, "text-anchor": "middle" }, "time of the row, seconds"));
  const band = { class: "band", x: left, width: width - left - right, y: y(gpu[0]), height: y(gpu[1]) - y(gpu[0]) };
  svg.append(element("rect", band));
  const steps = row.unbeaten.map((index) => row.points[index]).map(([qubits, seconds], first) =>
    first ? `H${x(qubits).toFixed(1)}V${y(seconds).toFixed(1)}` : `M${x(qubits).toFixed(1)} ${y(seconds).toFixed(1)}`);
  svg.append(element("path", { class: "steps", d: steps.join("") }));
  const last = (index) => row.unbeaten.includes(index);
  const order = row.points.map((_, index) => index).sort((a, b) => last(a) - last(b));
  for (const index of order) {
    const [qubits, seconds, qubitsText, time, , , design] = row.points[index];
    const dot = element("circle", { class: last(index) ? "unbeaten" : "beaten", cx: x(qubits), cy: y(seconds), r: 4 });
    dot.append(element("title", {}, `${time} on ${qubitsText} qubits: ${grid.words[design]}`));
    svg.append(dot);
  }
  if (chosen) svg.append(element("circle", { class: "chosen", cx: x(chosen[0]), cy: y(chosen[1]), r: 8 }));
  byId("plot").replaceChildren(svg);
}
// The address holds the choice, so that a link shows the same row.
function fromAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const name of names) {
    const place = Number(given.get(name) ?? NaN);
    if (Number.isInteger(place) && place >= 0 && place < grid.controls[name].length) wanted[name] = place;
  }
  show();
}
for (const name of names) {
  byId(name).addEventListener("input", (event) => {
    wanted[name] = Number(event.target.value);
    show();
    history.replaceState(null, "", "#" + new URLSearchParams(at()));
  });
}
byId("controls").hidden = byId("figure").hidden = false;
addEventListener("hashchange", fromAddress);
addEventListener("resize", show);
fromAddress();
