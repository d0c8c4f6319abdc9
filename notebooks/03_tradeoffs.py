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
# The row starts from `llama3.1-8b`: $2^{17}$ keys, 512 of them marked, 8 bits, the QROAM of fewest Toffolis, one
# machine. One choice changes, the others stay. More keys lengthen the row on both sides. Fewer marked keys help like a
# square root. Bits and error budget cost qubits, and hardly any time: the load is by far the largest part, and its
# reactions do not depend on how many bits a key has, until another block becomes the cheapest.

# %%
import groverattn as ga

start = ga.RowChoices.of(preset="llama3.1-8b", data_access="qroam")
start

# %%
ga.vary(start, "n_keys", "n_marked", "bits", "error_budget").picture()

# %% [markdown]
# ## 2. What if you build something else?
#
# Larger blocks and the bucket brigade buy time with qubits, and machines that share the keys do so best of all: each
# searches its own part. The last panel is the same row on the machines that the package knows, each at its own error
# rate and clock.

# %%
ga.vary(start, "data_access", "block", "n_machines", "hardware").picture()

# %% [markdown]
# ## 3. Turn all knobs
#
# Without a kernel you see the start: the star is the row, the grey line the designs that nothing beats for it, the
# green band the GPU. In Jupyter (`.venv/bin/jupyter lab notebooks`, all cells run) the sliders below move the star.

# %%
designs = ga.find_frontier(preset="llama3.1-8b")
designs.picture(start.price())

# %%
from IPython.display import display
from ipywidgets import SelectionSlider, interact

VALUES = ga.RowChoices.VALUES


def knob(choice):
    """A slider over the values of the figures above; it waits until it is let go."""
    named = {str(value): value for value in VALUES[choice]}
    options = {"the best": 0, **named} if start.value(choice) is None else named
    look = {"style": {"description_width": "9em"}, "layout": {"width": "42em"}, "continuous_update": False}
    return SelectionSlider(options=list(options.items()), value=start.value(choice) or 0, description=choice, **look)


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
crossover.picture()

# %% [markdown]
# The same as numbers, for every data access at the size of the start.

# %%
crossover
