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
# **Quantum loses** by many orders of magnitude at every setting, also with thousands of machines that share a row. The
# sections below say what the time is made of.

# %% [markdown]
# ## 0. The answer in five lines

# %%
import groverattn as ga

estimate = ga.estimate(preset="llama3.1-8b")
print("\n".join(str(estimate).splitlines()[:5]))

# %% [markdown]
# The rest of this notebook takes these lines apart: `why` first, then `quantum`, then `factor`.
#
# ## 1. What does one iterate cost?
#
# **Recap: what a data access costs, and why.** The index is in superposition, so the circuit that loads key $j$ must
# hold all $n$ keys. A GPU that reads one address leaves the others alone; these gates cannot. With words of $w$ bits:
#
# | access | idea | Toffolis of a load | extra qubits |
# |---|---|---|---|
# | `qrom` | walk through all indices, copy by CNOTs | $n - 2$ | $\log_2 n$ |
# | `qroam` | load blocks of $l$ keys at once, swap the wanted one into place | about $n/l + l\,w$ | $l\,w$ |
# | `bucket-brigade` | route the index down a tree of qubits | about $n$, most of them side by side | about $n$ |
# | `qram` | a call with an assumed price, as the paper has it | none | none by default |
#
# A block of $l \approx \sqrt{n/w}$ makes `qroam` cheapest, about $2\sqrt{nw}$ Toffolis. The CNOTs that copy the keys
# stay in proportion to $n w$. Unloading a word by measurement is cheaper, with a correction of about $\sqrt n$. First
# the textbook circuit: one machine, and one oracle over all keys, one key per query.

# %%
whole = ga.compare(preset="llama3.1-8b", n_parts=1, n_machines=1, keys_per_query=1)
whole.to_frame().set_index("data access")

# %% [markdown]
# A cure for the long walk: cut the keys into parts and search each by itself. An iterate then loads from one part, and
# there are more iterates in a row. These are the designs of least qubits times seconds, used in all other sections.

# %%
accesses = ga.compare(preset="llama3.1-8b")
accesses

# %% [markdown]
# ## 2. Where do the Toffolis go?
#
# Load and unload reach the key, score and predicate look at it, and diffusion is Grover's other half. Over all keys at
# once nearly every Toffoli is loading:

# %%
whole.picture().captioned(
    "Figure 1. Toffolis of an iterate by part, one oracle over all keys.",
    alt="Stacked bars, one for each data access: the load is by far the largest part of all but qram.",
)

# %% [markdown]
# With parts of a few hundred keys the score takes over.

# %%
accesses.picture().captioned(
    "Figure 2. The same with the keys searched in parts.",
    alt="Stacked bars, one for each data access, with parts: the score is now a large part of every bar.",
)

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
qrom.picture(qroam).captioned(
    "Figure 3. Left: time of the row if it waited for one thing alone. Right: shares of the error budget.",
    alt="Two bar charts for qrom and qroam: time by each limit (factory, reaction, layout), and the error budget.",
)

# %% [markdown]
# **Recap: what a code distance does.** A logical qubit is a patch of about $2d^2$ physical qubits (rotated surface
# code). Below the threshold $p^*$ its error rate falls exponentially with the distance $d$,
# $$p_L(d) = a\,(p/p^*)^{(d+1)/2},$$
# so each step of two in $d$ divides it by $p^*/p$, while qubits grow like $d^2$ and a time step like $d$. It is
# the smallest whose errors, over all patches and all cycles of the row, fit into the budget. For this machine:

# %%
import pandas as pd

machine = ga.HARDWARE["gidney-fowler-2018"]
distances = range(3, 30, 4)
pd.DataFrame(
    {
        "code distance": distances,
        "physical qubits of a patch": [machine.qubits_per_tile(d) for d in distances],
        "logical error rate of a patch in a cycle": [f"{machine.p_logical(d):.1e}" for d in distances],
    }
)

# %%
print(f"chosen for the row: {qroam.physical.code_distance}")

# %% [markdown]
# ## 5. What do more qubits buy?
#
# Depth against width, over blocks of the lookup, score methods, factories, and machines that share the keys: every
# point is a circuit and a machine that no other one beats. The green band is one row on a GPU, which takes no physical
# qubits at all.

# %%
designs = ga.find_frontier(preset="llama3.1-8b")
designs.picture().captioned(
    "Figure 4. Designs that no other beats, in physical qubits and time, with the GPU band.",
    alt="Physical qubits against time, both logarithmic: a falling staircase of designs, far above the band of GPUs.",
)

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
from IPython.display import Markdown

Markdown("\n".join(f"- **{each.request.design.data_access}**: {each.crossover.reason}" for each in (qrom, qroam)))

# %% [markdown]
# ## Where each number comes from
#
# Every estimate carries the list.

# %%
pd.set_option("display.max_colwidth", None)
pd.DataFrame([{"quantity": each.quantity, "how": each.how, "source": each.source} for each in qroam.provenance])

# %% [markdown]
# ## Exercises
#
# **1.** A fourth of the marked keys: what happens to the iterates of the textbook search (`qroam`, one part)?
#
# <details><summary>Answer</summary>
#
# They halve, about: a row takes of the order of $\sqrt{nk}$ iterates. It is not exactly a half, since the number of
# marked keys is not known to the search, and to make sure that none is left has a price of its own.
#
# </details>

# %%
one = {"preset": "llama3.1-8b", "data_access": "qroam", "n_parts": 1, "n_machines": 1, "keys_per_query": 1}
searches = {k: ga.estimate(n_marked=k, **one) for k in (512, 128, 32)}
pd.DataFrame({"k": k, "iterates of a row": round(each.cost.iterates_expected)} for k, each in searches.items())

# %% [markdown]
# **2.** A row may be wrong a hundred times less often. What do the qubits pay?
#
# <details><summary>Answer</summary>
#
# A few steps of two in the code distance, since the error rate falls exponentially with it. Qubits grow like its
# square: the first factor of a hundred nearly doubles them.
#
# </details>

# %%
budgets = {budget: ga.estimate(preset="llama3.1-8b", data_access="qroam", error_budget=budget)
           for budget in (1e-2, 1e-4, 1e-6)}  # fmt: skip
pd.DataFrame(
    {"error budget": budget, "code distance": each.physical.code_distance, "physical qubits": each.physical.qubits}
    for budget, each in budgets.items()
)

# %% [markdown]
# **3.** Is another machine the way out?
#
# <details><summary>Answer</summary>
#
# No. Fewer errors save qubits. None of these machines brings the factor anywhere near one.
#
# </details>

# %%
others = ("gidney-fowler-2018", "beverland-gate-ns-e4", "beverland-majorana-e6", "gidney-2025")
priced = {name: ga.estimate(preset="llama3.1-8b", data_access="qroam", hardware=name) for name in others}
pd.DataFrame(
    {"machine": name, "code distance": each.physical.code_distance, "physical qubits": each.physical.qubits,
     "time of a row, s": round(each.physical.duration_s, 1), "GPU faster by, at least": f"{each.slower_by_slowest:.2e}"}
    for name, each in priced.items()
)  # fmt: skip
