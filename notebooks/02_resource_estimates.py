# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What the search costs, from one iterate to a model
#
# One row of `llama3.1-8b` at its full context, then a head, then the model, down to physical qubits and seconds, each
# beside a GPU.
#
# | here | what |
# |---|---|
# | run | nothing; `01_small_instance` runs the same classes with data at small sizes, gate by gate |
# | counted | Toffolis, qubits and depth of an iterate, from the call graph that the tests compare with run circuits |
# | computed | iterates, by the exact recursion of the search that is shipped; the machine, by published formulas |
# | assumed | the machine, which does not exist; $k$; a query that stands for all; the speed of the control computer |
#
# **Quantum loses**: by nine orders of magnitude on one machine, and by more than three with thousands of machines that
# share a row. The sections below say what the time is made of.

# %% [markdown]
# ## 1. What does one iterate cost?
#
# It depends on how the circuit reaches the keys. Every data access that there is, with the same score, diffusion and
# machine; `qram` is the paper's assumption and no circuit.

# %%
import groverattn as ga

accesses = ga.compare(preset="llama3.1-8b")
accesses

# %% [markdown]
# ## 2. Where do the Toffolis go?
#
# Load and unload reach the key, score and predicate look at it, and diffusion is Grover's other half. With the keys in
# the gates (`qrom`) nearly all is loading. Blocks of keys on many more qubits (`qroam`) make the load cheaper by a
# factor, and it is still most of the iterate.

# %%
accesses.picture()

# %% [markdown]
# ## 3. From an iterate to a row, a head and a model, and down to seconds
#
# The whole estimate on one screen, as `groverattn estimate --preset llama3.1-8b --data-access qroam` prints it. How
# many iterates a row takes is in the last table: the number of marked keys is not known, and to stop is not free.
# `expected` is the mean of the search that `groverattn simulate` runs; the last line is what a scan does.

# %%
qrom, qroam = accesses.estimates["qrom"], accesses.estimates["qroam"]
qroam

# %% [markdown]
# ## 4. What does the time wait for, and where does the error budget go?
#
# Left: the row by each limit alone; its phases may wait for different ones. Reactions are measurements that others
# wait for, and no number of factories shortens them. Right: a row may be wrong with the probability in the label, for
# any reason.

# %%
qrom.picture(qroam)

# %% [markdown]
# ## 5. What do more qubits buy?
#
# Depth against width, over blocks of the lookup, score methods, factories, and machines that share the keys: every
# point is a circuit and a machine that no other one beats. The green band is one row on a GPU, which takes no physical
# qubits at all.

# %%
designs = ga.find_frontier(preset="llama3.1-8b")
designs.picture()

# %%
designs

# %% [markdown]
# ## 6. And a whole model?
#
# All rows of all heads: a token is one row in each head at full context, a prefill all rows of a causal model. On the
# lines of the GPUs: how many such quantum machines side by side it would take to match one.

# %%
model = ga.price_model(preset="llama3.1-8b", data_access="qroam")
model

# %% [markdown]
# What this rests on, beside the machine:

# %%
for assumption in model.as_json()["assumptions"]:
    print(f"- {assumption}")

# %% [markdown]
# ## 7. Would more keys change it?
#
# The slow growth of Grover's iterates has to win at some number of keys, if an iterate does not grow. It does: the keys
# have to be reached.

# %%
for result in (qrom, qroam):
    print(f"{result.request.design.data_access}: {result.crossover.reason}\n")

# %% [markdown]
# ## Where each number comes from
#
# Every estimate carries the list.

# %%
import pandas

pandas.set_option("display.max_colwidth", None)
pandas.DataFrame([{"quantity": each.quantity, "how": each.how, "source": each.source} for each in qroam.provenance])
