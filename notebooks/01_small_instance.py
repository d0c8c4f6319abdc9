# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # One small search, from data to gates to amplitudes to $B$
#
# Sixteen keys of two numbers, three bits each: small enough to simulate every qubit of the whole circuit.
#
# | here | what |
# |---|---|
# | run | every gate: the oracle on every key, the search in a state vector of all qubits, and every trial of one row |
# | counted | Toffolis, qubits and depth of the same circuits; at $n = 2^{20}$ the same classes are only counted |
# | assumed | nothing of a machine: no noise, no time. Thresholds are set classically, from all scores |
#
# **At this size quantum loses.** A scan reads 16 keys and is done. Nothing here is faster than that; the point is that
# it is right.

# %% [markdown]
# ## 1. What are the data?
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
# ## 2. What does the circuit look like?
#
# The phase oracle loads the word of key $j$, computes whether its score reaches the threshold, flips the phase of a
# live key that does, and undoes both. Oracle and diffusion make one Grover iterate. Each is a Qualtran bloq and a Cirq
# gate.

# %%
import cirq

from groverattn.bloqs.lookup.data_access import key_lookup
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import PhaseOracle

score = Score(instance.query(ROW), int(instance.thresholds[ROW]), instance.keys.bits)
oracle = PhaseOracle(key_lookup("qrom", table), score)
iterate = GroverIterate(oracle)
index = cirq.LineQubit.range(table.index_bits)
print(cirq.Circuit(cirq.decompose_once(GroverSearch(iterate, n_iterates=2).on(*index))))

# %% [markdown]
# The oracle, one level further down. `selection` is the index $j$. The word is split into its seven bits: six of the
# key go to the score, and the last one, the live flag, goes to the predicate, which is the flip. A dagger marks an
# inverse; the word is given up by measuring it, and what the measurement does to the phases is put right.

# %%
from groverattn.show.figures import circuit_svg
from groverattn.show.terminal import figure, show

figure(circuit_svg(oracle))

# %% [markdown]
# The score, one level further down. The query is known when the circuit is written, so it is in the wiring: its digits
# choose which bits are added, and the threshold is in a constant that costs nothing. The last qubit says whether the
# key is marked.

# %%
key = [cirq.NamedQubit(f"key {m} bit {bit}") for m in range(2) for bit in (2, 1, 0)]
fresh = [cirq.NamedQubit(f"sum {i}") for i in range(score.work_bits)] + [cirq.NamedQubit("marked")]
print(cirq.Circuit(cirq.decompose_once(score.on(*key, *fresh))))

# %% [markdown]
# ## 3. Does every gate do what it should?
#
# The oracle's flat circuit is run on every key. Its phases are compared with integer arithmetic, every ancilla has to
# come back as zero, and its gates are counted in two ways: from the call graph, which is what every estimate uses, and
# gate by gate from what was run. Depths may differ: what is counted is a schedule in which the parts wait for each
# other.

# %%
from groverattn.verification.request import VerificationRequest
from groverattn.verification.verification import verify_instance

request = VerificationRequest(row=ROW, data_access="qrom", seed=0)
show(verify_instance(request, instance))

# %%
from groverattn.costs.counting import count_iterate

print("Toffolis of one iterate by part:", count_iterate(iterate).toffoli_parts)

# %% [markdown]
# ## 4. What are the amplitudes?
#
# The whole search, decomposed to one- and two-qubit gates and measurements, in Cirq's state-vector simulator: all
# qubits, ancillas included. After each number of iterates, the probability of measuring a marked key is compared with
# what amplitude amplification says, which the package computes without any circuit.

# %%
from groverattn.simulation.table import amplitude_table
from groverattn.verification.state_vector import decomposed_circuit, final_amplitudes

circuit, _ = decomposed_circuit(GroverSearch(iterate, n_iterates=1))
print(f"one iterate: {len(list(circuit.all_operations()))} operations on {len(circuit.all_qubits())} qubits")

marked = instance.marked(ROW)
states = [final_amplitudes(GroverSearch(iterate, n_iterates=j)) for j in range(5)]
show(amplitude_table(states, marked))

# %%
from groverattn.simulation.figure import amplitudes_svg

figure(amplitudes_svg([state.real for state in states[:4]], marked))

# %% [markdown]
# Two iterates are best, and a third overshoots: who does not know how many keys are marked cannot know when to stop.
# The search that is shipped therefore draws the number of iterates at random, from a range that grows until a trial
# succeeds. It checks every measured index with one inner product, and takes found keys out by their live flag.
#
# ## 5. How does one row get its keys?
#
# The whole search of this row, every trial of it a circuit of its own: preparation, iterates, measurement of the index.
# The engine `circuit` simulates all qubits of each. The last column is for the reader; the search is not told how many
# keys are left.

# %%
import numpy as np

from groverattn.reference.search.unknown import UnknownNumberSearch
from groverattn.simulation.engines import ENGINES, EngineChoice
from groverattn.simulation.row_search import find_marked
from groverattn.verification.row import SearchedRow

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
    print(f"{name:7} same trials: {find(name).trials == result.trials}   {ENGINES[name].__doc__.splitlines()[0]}")

# %% [markdown]
# ## 6. What do all rows cost, and is anything missed?

# %%
from groverattn.simulation.head import simulate_instance
from groverattn.simulation.request import SimulationRequest

simulation = simulate_instance(SimulationRequest(data_access="qrom", seed=0), instance)
show(simulation)

# %% [markdown]
# ## 7. What is $B$, and how far is it from attention?
#
# The found entries get their exact weight, all others of a row share one constant: $B$ is sparse plus rank one. It is
# never stored; only a matrix as small as this one can be drawn, with the rows divided by their sums. What was found is
# right in the end up to that division, and what was not found is smeared over its row.

# %%
from groverattn.diagnosis.attention_figure import attention_svg
from groverattn.reference.attention.sparse_rank_one import SparseRankOne

B = SparseRankOne.from_found(head, [result.found for result in simulation.rows])
figure(attention_svg(B))

# %% [markdown]
# The output of one row, exact and by $B$. `mean_score` is the constant that is shipped, the exponential of the tail's
# mean score; `ones` is the literal 1 of the paper's Definition 4.2.

# %%
from groverattn.reference.attention.exact import exact_attention

print(f"{'exact':10}", exact_attention(head)[ROW].round(4).tolist())
for tail in ("mean_score", "ones"):
    output = SparseRankOne.from_found(head, [result.found for result in simulation.rows], tail).output()
    print(f"{tail:10}", output[ROW].round(4).tolist())

# %% [markdown]
# ## What to keep
#
# The circuit that is counted is the circuit that was run, and the search finds what integer arithmetic says it should.
# At this size it makes more oracle calls than a scan reads keys, and reads nearly as many keys again to check what it
# measured. That is the honest result for toy sizes. `02_resource_estimates` says how it goes on at large ones: fewer
# queries, and more gates.
