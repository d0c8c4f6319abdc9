# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Your model: capture a head, diagnose, simulate, estimate, report
#
# From the attention of a model of your own to a verdict. Open this notebook (`.venv/bin/jupyter lab notebooks`), change
# the one line below that says `heads_file`, run all cells, and read.
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
heads_file = "../data/minilm_l6_n128.npz"  # <- your file, as a path from the folder of this notebook: "../heads.npz"

# What follows may stay as it is.
layer_and_head = None  # (3, 7) for layer 3, head 7; None: the head in the middle, neither best nor worst
n_marked = 16  # keys k that are to be found in a row
context = 131_072  # a longer context that the model is to be costed at, with the same k
report_folder = None  # "." to keep the report; None: it goes to a temporary folder, which is deleted

# %% [markdown]
# ## 0. Where do I get a file of heads?
#
# From any model in a folder that `save_pretrained` of the library transformers writes. In a terminal, with PyTorch:
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
# The pages that you see were made without PyTorch, and go on with heads that were captured before: 72 heads of
# all-MiniLM-L6-v2 on 128 tokens, which are in the repository.

# %% [markdown]
# ## 1. Which heads are in the file, and are they sparse?

# %%
import groverattn as ga

heads = ga.survey_heads(heads_file, n_marked)
chosen = heads.at(*layer_and_head) if layer_and_head else heads.middle
model = ga.model_sizes(heads_file)
print(f"in the file: {model}", f"looked at below: {chosen.name}", sep="\n")
heads.picture(chosen)

# %%
heads

# %% [markdown]
# ## 2. Diagnose: what is lost if only $k$ keys of a row are found?
#
# Look for the tail's mass, which plain top-k would lose, and below it for what each tail makes of it. The shipped tail
# is `mean_score`.

# %%
head = ga.load_head(heads_file, layer=chosen.layer, head=chosen.head)
diagnosis = ga.diagnose(head, n_marked=n_marked)
diagnosis.picture()

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
# ## 4. Estimate: what would one row cost?
#
# At the length that was captured, and at the context above, by the two plainest circuits: keys in gates with few qubits
# (`qrom`), and with the fewest Toffolis (`qroam`).

# %%
sizes = {"d_head": head.d_head, "n_marked": n_marked, **model}
lengths = {"captured": head.n_keys, "at-context": context}
estimates = [
    ga.estimate(name=name, n_keys=n_keys, data_access=access, **sizes)
    for name, n_keys in lengths.items()
    for access in ("qrom", "qroam")
]
ga.side_by_side(estimates)

# %% [markdown]
# ## 5. Report: what is the verdict?
#
# The whole story in one HTML file that needs no network, and the same as Markdown: where the Toffolis go, what sets the
# time, qubits against time, machines, the whole model, what it would take, and for every number how it was got.

# %%
import contextlib
import tempfile
from pathlib import Path

from IPython.display import Markdown

with contextlib.ExitStack() as stack:
    folder = report_folder or stack.enter_context(tempfile.TemporaryDirectory())
    requests = [ga.RowRequest.of(name=name, n_keys=n_keys, **sizes) for name, n_keys in lengths.items()]
    html, markdown = ga.write_report(requests, Path(folder, "report.html"), force=report_folder is not None)
    text = markdown.read_text("utf-8")

verdicts = [part.split("\n> ")[1].split("\n")[0] for part in text.split("### Verdict")[1:]]
Markdown("\n\n".join(f"**{name}**\n\n> {verdict}" for name, verdict in zip(lengths, verdicts, strict=True)))

# %% [markdown]
# The same from a terminal, for sizes of your own:
#
#     groverattn diagnose heads.npz --layer 0 --head 3 --n-marked 16 --figure head.svg
#     groverattn simulate heads.npz --layer 0 --head 3 --n-marked 16
#     groverattn report --n-keys 131072 --d-head 128 --n-marked 512 -o report.html
