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
# Here are 72 heads of a text encoder (all-MiniLM-L6-v2), two heads of a language model (SmolLM2-135M), and what was
# measured on all 270 heads of that model. `data/README.md` says where they are from.
#
# | here | what |
# |---|---|
# | real | the heads: queries, keys and values that trained models compute for a text |
# | measured | the tables of section 3: sheets in `estimates/`, computed from captures too large for the repository |
# | simulated | the search on every row, outcomes drawn from their exact distribution; `groverattn run` runs the gates |
# | counted | Toffolis and qubits at these sizes, of the circuits that the tests run |
# | assumed | the machine; that these heads stand for anything but themselves |
#
# **Quantum loses on all of them.** Rows this short are read by a GPU in nanoseconds. And where attention is not sparse,
# finding it all is no longer a search.
#
# **Recap: $(\tau, k)$-good.** Write $x_{ij} = q_i\cdot k_j/\sqrt d$ for the score of query $i$ and key $j$. A head is
# $(\tau, k)$-good if no row has more than $k$ scores that reach $\tau$:
# $$|S_i| \le k, \qquad S_i = \{\,j : x_{ij} \ge \tau\,\}.$$
# The search finds $S_i$. All other scores of the row, its tail, get one constant $c_i$, so that the weights
# $$B_{ij} = e^{x_{ij}}\ \ (j \in S_i), \qquad B_{ij} = c_i\ \ (j \notin S_i)$$
# are sparse plus rank one. That is close to softmax if the tail is narrow: let $\eta$ be the range of its scores in
# nats; then for a suitable $c_i$ the weights are off by at most $2\tanh(\eta/4)$ in $\ell_1$ (of at most 2), whatever
# the weight $w$ of the tail is. If it is not narrow, what counts is $w$ itself: leaving the tail out costs $2w$.

# %% [markdown]
# ## 1. Are few keys enough?
#
# Each dot is a head: how much softmax weight do the 16 largest of its 128 keys hold, in the median row? Right, the same
# asked the other way round: how many keys does it take for 90 % of the weight?

# %%
import groverattn as ga

heads = ga.survey_heads("../data/minilm_l6_n128.npz", n_marked=16)
heads.picture(heads.middle).captioned(
    "Figure 1. Left: softmax weight of the 16 largest keys. Right: keys that hold 90 % of the weight.",
    alt="Two panels of dots, a dot for each head by its layer; both spread over nearly the whole range.",
)

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
diagnosis.picture().captioned(
    "Figure 2. The packaged head: weight of the largest keys, range of the tail, and what each tail costs.",
    alt="Panels on one head: the weight against the number of keys found, and the error of the output for each tail.",
)

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

# ![Error of the output for each tail against the number of keys found, one line for each tail, in panels by
# file](../estimates/tails.svg)
#
# *Figure 3. Error of the output, over max |V|, for each tail.*

# %% [markdown]
# ## 4. And a language model?
#
# All 270 heads of SmolLM2-135M, three texts, rows of 256 to 8,192 keys (`docs/real_models.md` has the whole story, its
# limits, and the commands that compute it again). How many keys hold 90, 95 and 99 % of a row's weight, in the heads at
# 10 %, in the middle and at 90 %?

# %%
import pandas as pd

keys = pd.read_csv("../estimates/model_keys.csv")
keys = keys[(keys.text == "all") & (keys["heads"] != "mean")]
keys.pivot(index="n_keys", columns="heads", values=["k90", "k95", "k99"]).round(0)

# %% [markdown]
# A law $k = a\,n^b$ fitted to each. $b < 1$: the share of keys that matter falls as the text grows. $b > 0$ in the
# middle head, so a fixed $k$ does not do.

# %%
laws = pd.read_csv("../estimates/model_k_laws.csv")
laws[laws.percentile == 50][["weight", "coefficient", "exponent", "exponent_low", "exponent_high", "k_at_n_max"]].round(
    2
)

# %% [markdown]
# Is it $(\tau, k)$-good? In rows of 8,192 keys, middle head: the tail's range $\eta$ in nats and its weight, then how
# many rows of 12,960 have a range of at most one nat. In none is the tail narrow.

# %%
good = pd.read_csv("../estimates/model_goodness.csv")
good = good[(good.n_keys == good.n_keys.max()) & (good.percentile == 50)]
good[["n_marked", "tail_range", "tail_mass", "rows_narrow", "rows"]].round(2)

# %% [markdown]
# Still, does the model work if all its heads are replaced by $B$ at once? The loss of the next token, in nats, above
# that of the model's own attention. `zero` is plain top-k, `ones` the paper's constant, `mean_score` the shipped one.

# %%
run = pd.read_csv("../estimates/model_run.csv")
run = run[(run.text == "all") & (run.marking == "k of a row") & (run.read_first == 0)]
run[run.n_marked <= 256].pivot(index="n_marked", columns="tail", values="above_exact")[["zero", "mean_score", "ones"]]

# %% [markdown]
# On all texts together, with the mean score the loss is back
# within its standard error at 64 to 128 keys; a tail of ones breaks the model.
#
# ### What if the easy keys are read first?
#
# Many of the largest scores are where one would look first: at the start of the text, at its end, or where the row
# before found them. Share of a row's marked keys that these hold, mean of heads and texts at 8,192 keys:

# %%
windows = pd.read_csv("../estimates/model_windows.csv")
longest = windows.n_keys == windows.n_keys.max()
windows = windows[longest & (windows.text == "all") & (windows["heads"] == "mean")]
windows[["n_marked", "first_4", "last_64", "first_4_last_64", "previous_row", "previous_first_4_last_64"]].round(2)

# %% [markdown]
# Reading them classically leaves a smaller search: $n'$ keys, $k'$ of them marked. The last 32 rows of a head of
# SmolLM2, as it is and with the first 4 and the last 64 keys read first; compare the lines "iterates" and "keys read".

# %%
from IPython.display import display

language_head = ga.load_head("../data/smollm2_l10_n512.npz", head=0)
for first, last in ((0, 0), (4, 64)):
    display(ga.simulate(language_head, n_marked=16, engine="law", rows="480:512", read_first=first, read_last=last))

# %% [markdown]
# ## 5. Does the search find the keys?
#
# Every row of the packaged head, and every row of one of the long heads. No row may miss a key with more than the
# probability that was allowed; "iterates" stands beside what the laws expect, and the keys of a scan below it.

# %%
long_head = ga.load_head("../data/minilm_l6_n512.npz", head=0)
for each, k in ((head, 16), (long_head, 32)):
    display(ga.simulate(each, n_marked=k, engine="law"))

# %% [markdown]
# ## 6. What would it cost on a machine?
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
    name: ga.estimate(n_keys=n, d_head=32, n_marked=k, name=name, data_access="qroam") for name, (n, k) in sizes.items()
}
ga.side_by_side(estimates.values())

# %% [markdown]
# Questions to the oracle, by each law, and keys read to check what was measured, beside the keys that a scan reads.

# %%
pd.DataFrame(
    {"row": name, "law": law, "iterates": round(cost.iterates_expected), "checks": round(cost.checks_expected),
     "keys of a scan": result.request.shape.n_keys}
    for name, result in estimates.items() for law, cost in result.laws.items()
)  # fmt: skip

# %% [markdown]
# ## Exercises
#
# **1.** By the measured law, how many keys hold 90, 95 and 99 % of the weight in a row of `llama3.1-8b`, 131,072 keys?
#
# <details><summary>Answer</summary>
#
# The package computes it: `k_law` takes $k$ from the law in place of a number. All of it is extrapolated, from another
# model and from a sixteenth of the length.
#
# </details>

# %%
lawful = {weight: ga.RowRequest.of(preset="llama3.1-8b", k_law="smollm2-135m", k_weight=weight)
          for weight in (0.9, 0.95, 0.99)}  # fmt: skip
pd.DataFrame({"weight": weight, "k": request.shape.n_marked} for weight, request in lawful.items())

# %% [markdown]
# **2.** What does the same row cost with each of these $k$?
#
# <details><summary>Answer</summary>
#
# More keys to find is more iterates, but the verdict is the same at each of them.
#
# </details>

# %%
ga.side_by_side(
    ga.estimate(preset="llama3.1-8b", k_law="smollm2-135m", k_weight=weight, data_access="qroam") for weight in lawful
)

# %% [markdown]
# **3.** Is a tail worth having on this head of SmolLM2? Find in the diagnosis what `zero`, `ones` and `mean_score` cost
# in its median row.
#
# <details><summary>Answer</summary>
#
# Hardly: `mean_score` is about as good as leaving the tail out, since the sixteen largest keys hold nearly everything,
# and `ones` is far worse than both. The level of the scores is far below 0 here, so that ones outweigh what was found.
#
# </details>

# %%
ga.diagnose(language_head, n_marked=16)

# %% [markdown]
# ## What to keep
#
# - Sparse or not depends on the head. "The $k$ largest keys hold nearly everything" is true of some.
# - A tail of nearly equal scores is hardly ever there. The constant still helps, and more than its bound can promise.
# - The search finds what it should. At $n = 128$ it asks about as often as a scan reads; at $n = 512$ less often, and
#   each question costs more than the whole scan.
