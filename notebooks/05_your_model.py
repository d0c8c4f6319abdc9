# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Your model: from a configuration and a captured head to a report
#
# From the `config.json` and the attention of a model of your own to a verdict. Open this notebook
# (`.venv/bin/jupyter lab notebooks`), change the two lines below that name files, run all cells, and read.
#
# | here | what |
# |---|---|
# | real | the heads in your file |
# | run | every gate of the search oracle of one row, on all of its keys |
# | simulated | the search of the last rows, outcomes drawn from their exact distribution |
# | counted | Toffolis, qubits and depth of the same circuits at your sizes |
# | assumed | the machine, which does not exist; that one row stands for all |
#
# **Expect quantum to lose**, by many orders of magnitude. The report at the end says by how many, why, and what would
# have to change.

# %%
config_file = "../data/smollm2_135m_config.json"  # <- your config.json, as a path from the folder of this notebook
heads_file = "../data/smollm2_l10_n512.npz"  # <- your heads, the same way: "../heads.npz"

# What follows may stay as it is.
layer_and_head = None  # (3, 7) for layer 3, head 7; None: the head in the middle, neither best nor worst
n_marked = 16  # keys k that are to be found in a row
report_folder = None  # "." to keep the report; None: it goes to a temporary folder, which is deleted

# %% [markdown]
# ## 0. Where do I get these files?
#
# `config.json` lies in the folder of every model of the library transformers; sizes are all that is read of it.
#
# The heads come from any model in a folder that `save_pretrained` writes. In a terminal, with PyTorch:
#
#     pip install -c constraints.txt -e '.[capture]'
#     groverattn capture --model my-model --text passage.txt -o heads.npz --max-tokens 512
#
# Nothing is fetched, and no code from the folder is run. `docs/capture.md` says what is recorded.
#
# Or from arrays of your own, as `numpy.savez("heads.npz", Q=Q, K=K, V=V)`: each of shape (n, d), (heads, n, d) or
# (layers, heads, n, d), tokens before numbers, after any rotary embedding and before any scaling. K and V may have
# fewer heads than Q. Add `causal=1` if row i sees keys 0 to i only, and `score_scale` if it is not 1/sqrt(d).
#
# The page that you see was made without PyTorch, with heads that were captured before: two heads of SmolLM2-135M on 512
# tokens, which are in the repository, as is a `config.json` with the sizes of that model.

# %% [markdown]
# ## 1. Which heads are in the file, and are they sparse?

# %%
import groverattn as ga

heads = ga.survey_heads(heads_file, n_marked)
chosen = heads.at(*layer_and_head) if layer_and_head else heads.middle
model = ga.model_sizes(heads_file)
print(f"in the file: {model}", f"looked at below: {chosen.name}", sep="\n")
heads.picture(chosen).captioned(
    "Figure 1. Weight of the largest keys, and keys that hold 90 % of it, head by head; the chosen one is marked.",
    alt="Two panels with a dot for each head of the file: the weight of its largest keys, and the keys for 90 %.",
)

# %%
heads

# %% [markdown]
# ## 2. Diagnose: what is lost if only $k$ keys of a row are found?
#
# Recap: what is not found gets one constant a row. With $w$ the softmax weight of the tail, plain top-k is off by $2w$
# in $\ell_1$; a constant does better the more nearly equal the scores of the tail are ($\eta$, their range in nats).
#
# Look for the tail's mass, which plain top-k would lose, and below it for what each tail makes of it. The shipped tail
# is `mean_score`.

# %%
head = ga.load_head(heads_file, layer=chosen.layer, head=chosen.head)
diagnosis = ga.diagnose(head, n_marked=n_marked)
diagnosis.picture().captioned(
    "Figure 2. The chosen head: weight of the largest keys, range of the tail, and what each tail costs.",
    alt="Panels on one head: the weight against the number of keys found, and the error of the output for each tail.",
)

# %%
diagnosis

# %% [markdown]
# ## 3. Simulate: is the circuit right on these keys?
#
# The oracle of the last row, every gate of it, on every key. Keys and query are rounded to eight bits. A row of very
# many keys is refused here, with the reason; the search below does without the circuit.

# %%
from IPython.display import display

try:
    display(ga.verify(head, n_marked=n_marked, data_access="qroam"))
except ga.InputError as refusal:
    print(refusal)

# %% [markdown]
# And does the search find the keys? The last 32 rows.

# %%
rows = f"{max(0, head.n_keys - 32)}:{head.n_keys}"
ga.simulate(head, n_marked=n_marked, engine="law", rows=rows)

# %% [markdown]
# ## 4. Estimate: what would one row of the model cost?
#
# Sizes from the configuration: the row has as many keys as the model's context. First the answer in five lines, then at
# the length that was captured beside it.

# %%
estimate = ga.estimate(config=config_file, n_marked=n_marked)
print("\n".join(str(estimate).splitlines()[:5]))

# %%
captured = ga.estimate(config=config_file, n_keys=head.n_keys, n_marked=n_marked, name="captured")
ga.side_by_side([captured, estimate])

# %% [markdown]
# ## 5. Report: what is the verdict?
#
# The whole story in one HTML file that needs no network, and the same as Markdown: time, qubits and factor first, then
# the circuit, what sets the time, other designs, the whole model, and for every number how it was got.

# %%
import contextlib
import tempfile
from pathlib import Path

from IPython.display import Markdown

with contextlib.ExitStack() as stack:
    folder = report_folder or stack.enter_context(tempfile.TemporaryDirectory())
    request = ga.RowRequest.of(config=config_file, n_marked=n_marked)
    html, markdown = ga.write_report(request, Path(folder, "report.html"), force=report_folder is not None)
    text = markdown.read_text("utf-8")

verdict = next(line for line in text.splitlines() if line.startswith("> "))
Markdown(verdict)

# %% [markdown]
# The same from a terminal:
#
#     groverattn diagnose heads.npz --layer 0 --head 3 --n-marked 16 --figure head.svg
#     groverattn simulate heads.npz --layer 0 --head 3 --n-marked 16
#     groverattn report --config config.json --n-marked 16 -o report.html
#
# ## Exercises
#
# **1.** Is $k$ = 16 enough for this head? Ask the diagnosis how many keys hold 90, 95 and 99 % of a row's weight.
#
# <details><summary>Answer</summary>
#
# Compare the table's medians with $k$. The rows at 90 % of them ask for more than the median row does.
#
# </details>

# %%
import pandas as pd

pd.DataFrame(diagnosis.as_json()["keys_for_mass"]).T

# %% [markdown]
# **2.** How does the cost of a row grow with $k$?
#
# <details><summary>Answer</summary>
#
# More keys are more iterates, though not in proportion: the last search of every row, which makes sure that nothing is
# left, is paid once.
#
# </details>

# %%
choices = [ga.estimate(config=config_file, n_marked=k, name=f"k = {k}") for k in (4, 16, 64)]
ga.side_by_side(choices)

# %% [markdown]
# **3.** What does the search save if the first 4 and the last 64 keys are read before it, in the rows of section 3?
#
# <details><summary>Answer</summary>
#
# Compare "iterates" with the table there. What is read first is counted in "keys read".
#
# </details>

# %%
last = min(64, head.n_keys - n_marked - 24)
try:
    display(ga.simulate(head, n_marked=n_marked, engine="law", rows=rows, read_first=4, read_last=last))
except ga.InputError as refusal:
    print(refusal)
