# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What can be traded for what, and is it ever enough?
#
# Bits, marked keys, data access, block size, machines, error: each moves the price of a row. This notebook turns one
# knob at a time, then lets you turn all of them, and ends with the map of what would be needed to break even.
#
# | here | what |
# |---|---|
# | run | nothing; every circuit that is priced here is run at small sizes by the tests and by `groverattn verify` |
# | counted | Toffolis, reactions and logical qubits of every point, from the call graph of its circuit |
# | computed | iterates (law `expected`), code distance, factories and time, by published formulas |
# | assumed | the machines, none of which exists; half of the error budget for the search; $k$ |
#
# **Quantum loses at every setting below.** The knobs trade qubits for time; none of them reaches the green band, which
# is the same row on a GPU.

# %% [markdown]
# ## 1. What if you ask for something else?
#
# The row starts from `llama3.1-8b`: $2^{17}$ keys, 512 of them marked, 8 bits, access `qroam`, one machine. One choice
# changes, the others stay; what is left open takes its best value each time.
#
# **Recap: what to expect.** A search over all keys at once takes of the order of $\sqrt{nk}$ iterates, and an iterate
# that loads from $n$ keys takes a time that grows with $n$: together $n^{3/2}$, which loses against the scan's $n$. The
# best designs therefore cut the keys into parts of a fixed size $m$, which they search in turn. Then an iterate has a
# fixed price, the parts are $n/m$, and the row grows like $n$ as the scan does: no gain, no loss, and a large constant.
# For the same reason fewer marked keys help less than $\sqrt k$: every part has to be searched, even if it has none.

# %%
import groverattn as ga

start = ga.RowChoices.of(preset="llama3.1-8b", data_access="qroam")
asked = ga.vary(start, "n_keys", "n_marked", "bits", "error_budget")
asked.picture().captioned(
    "Figure 1. Time (above) and physical qubits (below) while what is asked for changes. Red: the start.",
    alt="Four columns: keys, marked keys, bits, error budget. Time grows most with the number of keys.",
)

# %% [markdown]
# The same as a table:

# %%
asked

# %% [markdown]
# ## 2. What if you build something else?
#
# With the keys in parts, larger blocks and other accesses hardly change the time any more. Machines that share the keys
# do, at the price of as many more qubits: each searches its own keys.
#
# The last panel is the same row on the machines that the package knows, each at its own error
# rate and clock.

# %%
built = ga.vary(start, "data_access", "block", "n_machines", "hardware")
built.picture().captioned(
    "Figure 2. Time (above) and physical qubits (below) while the circuit or the machine changes. Red: the start.",
    alt="Four columns: data access, block, machines that share the row, machine. Sharing buys time most, for qubits.",
)

# %% [markdown]
# ## 3. Turn all knobs
#
# Two ways. The [explorer](../docs/explorer.html) is one page with sliders over numbers computed before;
# it needs neither Python nor a network. Or run this notebook (`.venv/bin/jupyter lab notebooks`): the sliders
# below compute a new row each time. Without a kernel you see the start: the star is the row, the grey line the designs
# that nothing beats for it, the green band the GPU.

# %%
designs = ga.find_frontier(preset="llama3.1-8b")
designs.picture(start.price()).captioned(
    "Figure 3. The row at the start among the designs that nothing beats.",
    alt="Physical qubits against time: a star near a falling staircase of designs, all far above the band of the GPU.",
)

# %% [markdown]
# What the sliders say for a few settings, each against the start:

# %%
import pandas as pd

settings = {
    "the start": {},
    "an eighth of the keys": {"n_keys": 16_384},
    "32 marked keys": {"n_marked": 32},
    "16 bits": {"bits": 16},
    "blocks of 256 keys": {"block": 256},
    "64 machines": {"n_machines": 64},
    "4,096 machines": {"n_machines": 4096},
    "one-hot address": {"data_access": "one-hot"},
}
rows = {name: start.but(**choices).price() for name, choices in settings.items()}
table = pd.DataFrame(
    {"setting": name, "design": row.as_json()["design"], "physical qubits": f"{row.qubits:.2e}",
     "time of a row, s": f"{row.duration_s:.3g}"}
    for name, row in rows.items()
)  # fmt: skip
table

# %% [markdown]
# What each slider does, and why its range ends where it does:
#
# | slider | from | to | why |
# |---|---|---|---|
# | keys of the row | 512 | 33 million | a short prompt; thirty times the longest context of a preset |
# | bits of a number | 4 | 16 | the coarsest caches in use; half precision |
# | keys to be found | 2 | 8,192 | one key for certain; a sixteenth of the start's row |
# | probability of a wrong row | 1e-8 | 0.1 | a whole prefill without an error; a row in ten |
# | way to reach the keys | | | every access that is a circuit |
# | keys tested by one call | 1 | 256 | single keys; a block whose scores cost more than its search saves |
# | keys in a block of the lookup | 2 | 1,024 | beyond, the block's qubits are all of the machine |
# | parts searched in turn | 1 | 16,384 | one oracle over all keys; parts of a few keys |
# | machines that share the row | 1 | 4,096 | one; enough for a few dozen keys each |
# | machine | | | every machine that the package knows |

# %%
from IPython.display import display
from ipywidgets import SelectionSlider, interact

VALUES = ga.RowChoices.VALUES
LABELS = {
    "n_keys": "keys of the row",
    "bits": "bits of a number",
    "n_marked": "keys to be found",
    "error_budget": "probability of a wrong row",
    "data_access": "way to reach the keys",
    "keys_per_query": "keys tested by one call",
    "block": "keys in a block of the lookup",
    "n_parts": "parts searched in turn",
    "n_machines": "machines that share the row",
    "hardware": "machine",
}


def knob(choice):
    """A slider over the values of the figures above; it waits until it is let go."""
    named = {str(value): value for value in VALUES[choice]}
    options = {"the best": 0, **named} if start.value(choice) is None else named
    look = {"style": {"description_width": "15em"}, "layout": {"width": "48em"}, "continuous_update": False}
    return SelectionSlider(
        options=list(options.items()), value=start.value(choice) or 0, description=LABELS[choice], **look
    )


def turn(**choices):
    """Price the row and draw where it lies; say why if it cannot be run."""
    try:
        chosen = start.but(**{choice: value for choice, value in choices.items() if value})
        display(designs.picture(chosen.price()), start.beside(chosen))
    except ga.InputError as refusal:
        print(refusal)


sliders = interact(turn, **{choice: knob(choice) for choice in VALUES})

# %% [markdown]
# What the sliders print, for one other setting: 16 bits, blocks of 256 keys, 64 machines.

# %%
start.beside(start.but(bits=16, block=256, n_machines=64))

# %% [markdown]
# ## 4. What would it take to break even?
#
# The map asks the other way round. Above: how long one iterate may take if a row of $n$ keys, $k$ of them marked, is to
# be as fast as on a GPU. Right of the thick line a single reaction of 10 us is short enough, and only there. Numbers
# are models, all of them far to the left. Below, model by model: green is what is needed, the marks on the right are
# what an iterate takes now, with everything but its reactions for nothing.

# %%
crossover = ga.find_crossover(preset="llama3.1-8b")
crossover.picture().captioned(
    "Figure 4. Above: the longest iterate with which a row breaks even. Below: what models need, and what they have.",
    alt="A map over keys and marked keys of the time an iterate may take; below it a line for each model.",
)

# %% [markdown]
# The same as numbers, for every data access at the size of the start.

# %%
crossover

# %% [markdown]
# ## Exercises
#
# **1.** Which single knob of section 2 makes the row fastest, and how many qubits does it take?
#
# <details><summary>Answer</summary>
#
# The number of machines. Each has fewer keys to search, so it makes fewer iterates, and all of them work at once.
#
# </details>

# %%
fastest = {curve.choice: min(zip(curve.points, curve.values, strict=True), key=lambda pair: pair[0].duration_s)
           for curve in built.curves}  # fmt: skip
pd.DataFrame(
    {"knob": LABELS[choice], "value": str(value), "time of a row, s": f"{point.duration_s:.3g}",
     "physical qubits": f"{point.qubits:.2e}"}
    for choice, (point, value) in fastest.items()
)  # fmt: skip

# %% [markdown]
# **2.** How many machines does a row in under a minute need?
#
# <details><summary>Answer</summary>
#
# Read it off the curve: the first number of machines whose row takes less than a minute. The GPU is still faster by
# orders of magnitude.
#
# </details>

# %%
(machines,) = (curve for curve in built.curves if curve.choice == "n_machines")
in_time = [(n, point) for n, point in zip(machines.values, machines.points, strict=True) if point.duration_s < 60]
n_machines, point = in_time[0]
start.beside(start.but(n_machines=n_machines))

# %% [markdown]
# **3.** Does the search catch up as the row grows longer? Compare how the quantum row and the slowest GPU line grow.
#
# <details><summary>Answer</summary>
#
# No. Where parts are searched in turn, both grow like $n$. The ratio of the two stays large along the whole axis.
#
# </details>

# %%
(lengths,) = (curve for curve in asked.curves if curve.choice == "n_keys")
pd.DataFrame(
    {"keys": f"{n:,}", "quantum, s": f"{point.duration_s:.3g}", "slowest GPU line, s": f"{slowest:.3g}"}
    for n, point, (_, slowest) in zip(lengths.values, lengths.points, lengths.gpu_s, strict=True)
)
