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
import groverattn as ga

heads = ga.survey_heads("../data/minilm_l6_n128.npz", n_marked=16)
heads.picture(heads.middle)

# %%
heads

# %% [markdown]
# Heads differ widely. In some a few keys hold everything, in others it takes most of the row. Longer text, 512 tokens,
# six heads, and $k$ grown like the square root of the length:

# %%
ga.survey_heads("../data/minilm_l6_n512.npz", n_marked=32)

# %% [markdown]
# The last two columns are about the other half of the assumption. The scores that are left out should be nearly equal,
# within an $\eta$ well below 1. They spread over several nats, in nearly every row of every head.

# %% [markdown]
# ## 2. What does one head look like?
#
# The head that comes with the package, chosen because it is neither the best nor the worst.

# %%
head = ga.bundled_head()
diagnosis = ga.diagnose(head, n_marked=16)
diagnosis.picture()

# %%
diagnosis

# %% [markdown]
# The two lines that begin with "one tau" are about the paper's definition to the letter: a single $\tau$ for all rows.
# Set so that no row has more than $k$ keys above it, it leaves most rows with hardly any. The searches here give each
# row its own.

# %% [markdown]
# ## 3. What does each tail cost?
#
# What was not found gets one constant a row, and how that is chosen decides the error. All heads of both files, with
# and without a causal mask (`estimates/tails.csv`, drawn in `estimates/tails.svg`). `zero` is plain top-k, `ones` the
# constant of the paper's definition, `mean_score` the one that is shipped. An error of 2 would be possible with any
# weights.

# %%
from IPython.display import SVG

SVG("../estimates/tails.svg")

# %% [markdown]
# ## 4. Does the search find the keys?
#
# Every row of the packaged head, and every row of one of the long heads. No row may miss a key with more than the
# probability that was allowed; "iterates" stands beside what the laws expect, and the keys of a scan below it.

# %%
from IPython.display import display

long_head = ga.load_head("../data/minilm_l6_n512.npz", head=0)
for each, k in ((head, 16), (long_head, 32)):
    display(ga.simulate(each, n_marked=k, engine="law"))

# %% [markdown]
# ## 5. What would it cost on a machine?
#
# The same circuits, counted and priced at these sizes: the $k$ from above, and the $k$ that holds 90 % of the weight in
# the median row of the packaged head.

# %%
import math

sizes = {
    "packaged, k = 16": (128, 16),
    "packaged, 90 %": (128, math.ceil(diagnosis.as_json()["keys_for_mass"]["0.90"]["median"])),
    "long head, k = 32": (512, 32),
}
estimates = {
    name: ga.estimate(n_keys=n, d_head=32, n_marked=k, name=name, data_access="qroam")
    for name, (n, k) in sizes.items()
}
ga.side_by_side(estimates.values())

# %% [markdown]
# Questions to the oracle, by each law, and keys read to check what was measured, beside the keys that a scan reads.

# %%
import pandas

pandas.DataFrame(
    {"row": name, "law": law, "iterates": round(cost.iterates_expected), "checks": round(cost.checks_expected),
     "keys of a scan": result.request.shape.n_keys}
    for name, result in estimates.items() for law, cost in result.laws.items()
)  # fmt: skip

# %% [markdown]
# ## What to keep
#
# - Sparse or not depends on the head. "The $k$ largest keys hold nearly everything" is true of some.
# - A tail of nearly equal scores is hardly ever there. The constant still helps, and more than its bound can promise.
# - The search finds what it should. At $n = 128$ it asks about as often as a scan reads; at $n = 512$ less often, and
#   each question costs more than the whole scan.
