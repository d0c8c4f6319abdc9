# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Is real attention sparse, and what would the search cost on it?
#
# The paper looks at attention in which $k$ scores of a row reach a threshold $\tau$ and all others are nearly equal.
# Here are the 72 heads of one trained text encoder on 128 tokens, and six of them on 512 (all-MiniLM-L6-v2;
# `data/README.md` says where they are from), and what they say to that.
#
# | here | what |
# |---|---|
# | real | the heads: queries, keys and values that a trained model computes for a text |
# | simulated | the search on every row, outcomes drawn from their exact distribution; `groverattn run` runs the gates |
# | counted | Toffolis and qubits at these sizes, of the circuits that the tests run |
# | assumed | the machine; that these heads, of one small encoder, stand for anything but themselves |
#
# **Quantum loses on all of them.** Rows this short are read by a GPU in nanoseconds. And where attention is not sparse,
# finding it all is no longer a search.

# %% [markdown]
# ## 1. Are few keys enough?
#
# Each dot is a head: how much softmax weight do the 16 largest of its 128 keys hold, in the median row? Right, the same
# asked the other way round: how many keys does it take for 90 % of the weight?

# %%
from groverattn.diagnosis.survey import middle, survey
from groverattn.diagnosis.survey_figure import survey_svg, tails_svg
from groverattn.diagnosis.table import survey_table
from groverattn.problem.heads import bundled_head
from groverattn.show.terminal import figure, show

heads = survey("../data/minilm_l6_n128.npz", n_marked=16)
figure(survey_svg(heads, middle(heads)))

# %%
show(survey_table(heads))

# %% [markdown]
# Heads differ widely. In some a few keys hold everything, in others it takes most of the row. Longer text, 512 tokens,
# six heads, and $k$ grown like the square root of the length:

# %%
show(survey_table(survey("../data/minilm_l6_n512.npz", n_marked=32)))

# %% [markdown]
# The last two columns are about the other half of the assumption. The scores that are left out should be nearly equal,
# within an $\eta$ well below 1. They spread over several nats, in nearly every row of every head.

# %% [markdown]
# ## 2. What does one head look like?
#
# The head that comes with the package, chosen because it is neither the best nor the worst.

# %%
from groverattn.diagnosis.diagnosis import diagnose
from groverattn.diagnosis.figure import diagnosis_svg

head = bundled_head()
diagnosis = diagnose(head, n_marked=16)
figure(diagnosis_svg(diagnosis))

# %%
show(diagnosis)

# %% [markdown]
# The two lines that begin with "one tau" are about the paper's definition to the letter: a single $\tau$ for all rows.
# Set so that no row has more than $k$ keys above it, it leaves most rows with hardly any. The searches here give each
# row its own.

# %% [markdown]
# ## 3. What does each tail cost?
#
# What was not found gets one constant a row, and how that is chosen decides the error. All heads of both files, with
# and without a causal mask, from `estimates/tails.csv`. `zero` is plain top-k, `ones` the constant of the paper's
# definition, `mean_score` the one that is shipped. An error of 2 would be possible with any weights.

# %%
import csv
from pathlib import Path

tails = list(csv.DictReader(Path("../estimates/tails.csv").read_text("utf-8").splitlines()))
figure(tails_svg(tails))

# %% [markdown]
# ## 4. Does the search find the keys?
#
# Every row of the packaged head, and every row of one of the long heads. No row may miss a key with more than the
# probability that was allowed; "iterates" stands beside what the laws expect, and the keys of a scan below it.

# %%
from groverattn.problem.heads import load_head
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.head import simulate
from groverattn.simulation.request import SimulationRequest

for each, k in ((head, 16), (load_head("../data/minilm_l6_n512.npz", head=0), 32)):
    simulation = simulate(SimulationRequest(n_marked=k, engine=EngineChoice("law")), head=each)
    show(simulation, "")

# %% [markdown]
# ## 5. What would it cost on a machine?
#
# The same circuits, counted and priced at these sizes: the $k$ from above, and the $k$ that holds 90 % of the weight in
# the median row of the packaged head.

# %%
import math

from groverattn.estimation.estimate import estimate
from groverattn.estimation.table import headline_table
from groverattn.row.request import RowRequest

sizes = {
    "packaged, k = 16": (128, 16),
    "packaged, 90 %": (128, math.ceil(diagnosis.as_json()["keys_for_mass"]["0.90"]["median"])),
    "long head, k = 32": (512, 32),
}
estimates = {
    name: estimate(RowRequest.of(n_keys=n, d_head=32, n_marked=k, name=name, data_access="qroam"))
    for name, (n, k) in sizes.items()
}
show(headline_table(estimates.values()))

# %% [markdown]
# Questions to the oracle beside keys of a scan. "both/scan" is iterates and checks over the keys that a scan reads.

# %%
from groverattn.estimation.table import laws_table

for name, result in estimates.items():
    show(name, laws_table(result), "")

# %% [markdown]
# ## What to keep
#
# - Sparse or not depends on the head. "The $k$ largest keys hold nearly everything" is true of some.
# - A tail of nearly equal scores is hardly ever there. The constant still helps, and more than its bound can promise.
# - The search finds what it should. At $n = 128$ it asks about as often as a scan reads; at $n = 512$ less often, and
#   each question costs more than the whole scan.
