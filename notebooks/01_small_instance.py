# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # One small search, from data to gates to amplitudes to found keys to $B$
#
# Sixteen keys of two numbers, three bits each: small enough to simulate every qubit of the whole circuit. The same
# classes, with other sizes, are what `groverattn estimate` counts at $n = 2^{20}$.
#
# At this size a scan reads 16 keys and is done. Nothing here is faster than that; the point is that it is right.

# %% [markdown]
# ## 1. Data
#
# A seeded head. Queries and keys are rounded to three bits, and each row gets an integer threshold that its two largest
# scores reach, with those that tie with the second. Setting the threshold so is a classical convenience: it reads all
# scores.

# %%
from groverattn.problem.families import gaussian_head
from groverattn.problem.instance import Instance

head = gaussian_head(n=16, d=2, seed=0)
instance = Instance.from_target(head, n_marked=2, query_bits=3, key_bits=3)
instance

# %%
ROW = 3
print("query    ", instance.query(ROW))
print("threshold", instance.thresholds[ROW])
print("scores   ", instance.scores(ROW).tolist())
print("marked   ", instance.marked(ROW).nonzero()[0].tolist())

# %% [markdown]
# What the circuit can load are words: the numbers of a key in offset binary, and one last bit that says whether the key
# is live. No list of marked keys goes into the circuit.

# %%
from groverattn.problem.key_table import KeyTable

table = KeyTable.from_keys(instance.keys.values, instance.keys.bits)
for j in range(4):
    print(j, instance.keys.values[j].tolist(), format(table.word(j), f"0{table.word_bits}b"))

# %% [markdown]
# ## 2. Gates
#
# The phase oracle loads the word of key $j$, computes whether its score reaches the threshold, flips the phase of a
# live key that does, and undoes both. Oracle and diffusion make one Grover iterate. Each is a Qualtran bloq and a Cirq
# gate.

# %%
import cirq

from groverattn.bloqs.data_access import key_lookup
from groverattn.bloqs.grover import GroverIterate, GroverSearch
from groverattn.bloqs.phase_oracle import PhaseOracle
from groverattn.bloqs.score import Score

score = Score(instance.query(ROW), int(instance.thresholds[ROW]), instance.keys.bits)
oracle = PhaseOracle(key_lookup("qrom", table), score)
iterate = GroverIterate(oracle)
index = cirq.LineQubit.range(table.index_bits)
print(cirq.Circuit(cirq.decompose_once(GroverSearch(iterate, n_iterates=2).on(*index))))

# %% [markdown]
# The score, one level further down. The query is known when the circuit is written, so it is in the wiring: its digits
# choose which bits are added, and the threshold is in a constant that costs nothing. The last qubit says whether the
# key is marked.

# %%
key = [cirq.NamedQubit(f"key {m} bit {bit}") for m in range(2) for bit in (2, 1, 0)]
fresh = [cirq.NamedQubit(f"sum {i}") for i in range(score.work_bits)] + [cirq.NamedQubit("marked")]
print(cirq.Circuit(cirq.decompose_once(score.on(*key, *fresh))))

# %% [markdown]
# The oracle as gates, counted in two ways: from the call graph, which is what every estimate uses, and gate by gate
# from the flat circuit, which is what is run below.

# %%
from groverattn.bloqs.flat_circuit import flatten
from groverattn.costs.counting import count, count_iterate
from groverattn.verify.oracle_check import flat_counts, run_oracle

print("counted", count(oracle))
print("run    ", flat_counts(flatten(oracle)))
print("Toffolis of one iterate by part:", count_iterate(iterate).toffoli_parts)

# %% [markdown]
# Every gate on every key: the phases come out as the arithmetic says, and every ancilla comes back as zero.

# %%
import numpy as np

outcome = run_oracle(oracle, np.random.default_rng(0))
print("phase -1 on keys   ", outcome.marked.nonzero()[0].tolist())
print("wrong keys         ", int((outcome.marked != instance.marked(ROW)).sum()))
print("dirty ancillas     ", int(outcome.dirty.sum()))

# %% [markdown]
# ## 3. Amplitudes
#
# The whole search, decomposed to one- and two-qubit gates and measurements, in Cirq's state-vector simulator: all
# qubits, ancillas included. After each number of iterates, the probability of measuring a marked key is compared with
# $\sin^2((2j+1)\theta)$, which the package computes without any circuit.

# %%
from groverattn.reference.amplification import success_probability
from groverattn.verify.state_vector import decomposed_circuit, final_amplitudes

circuit, _ = decomposed_circuit(GroverSearch(iterate, n_iterates=1))
print(f"one iterate: {len(list(circuit.all_operations()))} operations on {len(circuit.all_qubits())} qubits")

marked = instance.marked(ROW)
states = [final_amplitudes(GroverSearch(iterate, n_iterates=j)) for j in range(5)]
for j, state in enumerate(states):
    simulated = float((np.abs(state[marked]) ** 2).sum())
    print(j, f"simulated {simulated:.9f}", f"expected {success_probability(16, marked.sum(), j):.9f}")

# %%
from IPython.display import SVG

from groverattn.study.figures import amplitudes_svg

SVG(amplitudes_svg([state.real for state in states], marked))

# %% [markdown]
# Two iterates are best, and a third overshoots: who does not know how many keys are marked cannot know when to stop.
# The search that is shipped therefore draws the number of iterates at random, from a range that grows until a trial
# succeeds. It checks every measured index with one inner product, and takes found keys out by their live flag.
#
# ## 4. One row, from gates to found keys
#
# The whole search of this row, every trial of it a circuit of its own: preparation, iterates, measurement of the index.
# The engine `circuit` simulates all qubits of each. The last column is for the reader; the search is not told how many
# keys are left.

# %%
from groverattn.reference.unknown_number_search import UnknownNumberSearch
from groverattn.verify.engines import ENGINES, EngineChoice
from groverattn.verify.row_search import find_marked
from groverattn.verify.searched_row import SearchedRow

row = SearchedRow.of(instance, ROW, "qrom")
search = UnknownNumberSearch(p_failure=0.05)


def find(name):
    """The same seed for every engine; what is measured inside a circuit has a stream of its own."""
    engine = EngineChoice(name).for_row(ROW, row, np.random.default_rng(100))
    return find_marked(search, row, engine, np.random.default_rng(9))


result = find("circuit")
print("trial  iterates  measured key  check    keys left")
for number, trial in enumerate(result.trials, start=1):
    iterates = f"{trial.run.n_iterates}{' phased' if trial.run.is_phased else ''}"
    left = marked.sum() - trial.n_excluded - trial.hit
    print(f"{number:5}  {iterates:8}  {trial.key:12}  {'FOUND' if trial.hit else 'no':7}  {left:9}")
print("found", result.found, "in", result.iterates, "oracle calls and", result.checks, "checks")

# %% [markdown]
# When all trials of the growing range have failed, a fixed-point search has the last word. Its iterates have other
# phases than -1, with angles chosen so that no number of marked keys overshoots: if any key is left, however many there
# are, one is measured with at least the probability that was asked for, here 95 %. If the measured key is not a new
# one, the search stops. The price is rotations in the circuit, two for each of these iterates.
#
# The other engines do less work for the same search. From the same seed, they find the same keys trial by trial.

# %%
for name in ("sparse", "index", "law"):
    print(f"{name:7} same trials: {find(name).trials == result.trials}   {ENGINES[name]}")

# %% [markdown]
# ## 5. The search of all rows, and $B$
#
# The found entries get their exact weight, all others of the row share one constant: $B$ is sparse plus rank one. Its
# output is compared with exact attention.

# %%
from rich.console import Console

from groverattn.study.simulate import simulate
from groverattn.study.tables import simulation_table

simulation = simulate(instance, data_access="qrom", seed=0)
Console(width=100, color_system=None, force_jupyter=False).print(simulation_table(simulation.as_json()))

# %%
from groverattn.reference.attention import exact_attention
from groverattn.reference.sparse_rank_one import SparseRankOne

print(f"{'exact':10}", exact_attention(head)[ROW].round(4).tolist())
found = [result.found for result in simulation.rows]
for tail in ("mean_score", "ones"):
    B = SparseRankOne.from_found(head, found, tail)
    print(f"{tail:10}", B.output()[ROW].round(4).tolist())

# %% [markdown]
# At this size the search makes more oracle calls than a scan reads keys, and reads nearly as many keys again to check
# what it measured. That is the honest result for toy sizes. The README says how it goes on at large ones: fewer
# queries, and more gates.
