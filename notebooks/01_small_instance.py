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
import groverattn as ga

ROW = 3
head = ga.random_head(n_keys=16, d_head=2, seed=0)
sizes = {"n_marked": 2, "key_bits": 3, "query_bits": 3}
head

# %%
oracle = ga.oracle(head, row=ROW, **sizes)
table = oracle.lookup.table
print("query    ", oracle.score.query)
print("threshold", oracle.score.threshold)
print("marked   ", [j for j in range(table.n_keys) if oracle.is_marked(j)])

# %% [markdown]
# What the circuit can load are words: the numbers of a key in offset binary, and one last bit that says whether the key
# is live. No list of marked keys goes into the circuit.

# %%
import pandas as pd

pd.DataFrame(
    {"key": head.keys[j].round(3).tolist(), "word": format(table.word(j), f"0{table.word_bits}b")} for j in range(4)
)

# %% [markdown]
# ## 2. What does the circuit look like?
#
# The phase oracle loads the word of key $j$, computes whether its score reaches the threshold, flips the phase of a
# live key that does, and undoes both. Oracle and diffusion make one Grover iterate. Each is a Qualtran bloq and a Cirq
# gate.

# %%
import cirq

search = ga.search(head, row=ROW, n_iterates=2, **sizes)
index = cirq.LineQubit.range(table.index_bits)
ga.picture(cirq.Circuit(cirq.decompose_once(search.on(*index)))).captioned(
    "Figure 1. The search: a uniform superposition of all indices, then Grover iterates.",
    alt="Circuit of four index qubits: one box that prepares them, then two boxes, one for each Grover iterate.",
)

# %% [markdown]
# The oracle, one level further down. `selection` is the index $j$. The word is split into its seven bits: six of the
# key go to the score, and the last one, the live flag, goes to the predicate, which is the flip. A dagger marks an
# inverse; the word is given up by measuring it, and what the measurement does to the phases is put right.

# %%
ga.picture(oracle).captioned(
    "Figure 2. The phase oracle: load the word, score it, flip the phase, undo the score, unload the word.",
    alt="Circuit with the registers of the oracle: lookup, split, score, predicate, inverse score, measured unload.",
)

# %% [markdown]
# The score, one level further down. The query is known when the circuit is written, so it is in the wiring: its digits
# choose which bits are added, and the threshold is in a constant that costs nothing. The last qubit says whether the
# key is marked.

# %%
score = oracle.score
key = [cirq.NamedQubit(f"key {m} bit {bit}") for m in range(2) for bit in (2, 1, 0)]
fresh = [cirq.NamedQubit(f"sum {i}") for i in range(score.work_bits)] + [cirq.NamedQubit("marked")]
ga.picture(cirq.Circuit(cirq.decompose_once(score.on(*key, *fresh)))).captioned(
    "Figure 3. The score: full adders over the bits of the key, and one And that compares with the threshold.",
    alt="Circuit with six key qubits, the qubits of the sum and the result: full adders, then an And on the result.",
)

# %% [markdown]
# ## 3. Does every gate do what it should?
#
# The oracle's flat circuit is run on every key. Its phases are compared with integer arithmetic, every ancilla has to
# come back as zero, and its gates are counted in two ways: from the call graph, which is what every estimate uses, and
# gate by gate from what was run. Depths may differ: what is counted is a schedule in which the parts wait for each
# other.

# %%
ga.verify(head, row=ROW, **sizes)

# %%
pd.DataFrame({"Toffolis of one iterate": ga.count_iterate(search.iterate).toffoli_parts})

# %% [markdown]
# ### Recap: a rotation by $2\theta$, and why $\sqrt{n/k}$
#
# If $t$ of $n$ keys are marked, the uniform superposition is
# $$|s\rangle = \sin\theta\,|\text{marked}\rangle + \cos\theta\,|\text{rest}\rangle,\qquad \sin^2\theta = t/n.$$
# The oracle reflects about $|\text{rest}\rangle$ and the diffusion about $|s\rangle$. The angle between these two axes
# is $\theta$, and two reflections make a rotation by twice the angle between their axes, $2\theta$. After $j$ iterates
# a measurement gives a marked key with probability
# $$P_j = \sin^2\big((2j+1)\,\theta\big),$$
# which is first largest near $j = \frac{\pi}{4\theta} - \frac12 \approx \frac{\pi}{4}\sqrt{n/t}$
# (arXiv:quant-ph/9605034, Section 3). To find all $k$ keys of a row, one after the other, takes of the order of
# $\sum_{t=1}^{k}\sqrt{n/t} \approx 2\sqrt{nk}$ iterates. The table has $P_j$ for our sixteen keys, two of them marked.

# %%
pd.DataFrame({"iterates j": range(5), "P_j": ga.success_probability(16, 2, range(5))})

# %% [markdown]
# Four times as many keys take twice as many iterates, one key of each being marked:

# %%
lengths = [16, 64, 256, 1024, 4096]
pd.DataFrame({"keys n": lengths, "theta": ga.rotation_angle(lengths, 1), "best j": ga.ideal_iterates(lengths, 1)})

# %% [markdown]
# ## 4. What are the amplitudes?
#
# The whole search, decomposed to one- and two-qubit gates and measurements, in Cirq's state-vector simulator: all
# qubits, ancillas included. After each number of iterates, the probability of measuring a marked key is compared with
# what amplitude amplification says, which the package computes without any circuit.

# %%
states = ga.amplitudes(oracle, n_iterates=4)
states

# %%
states.picture(0, 1, 2, 3).captioned(
    "Figure 4. Amplitude of each index after 0, 1, 2 and 3 iterates.",
    alt="Four bar charts, one bar for each index. The two marked bars grow until two iterates and then shrink.",
)

# %% [markdown]
# Two iterates are best, and a third overshoots: who does not know how many keys are marked cannot know when to stop.
# The search that is shipped therefore draws the number of iterates at random, from a range that grows until a trial
# succeeds. It checks every measured index with one inner product, and takes found keys out by their live flag.
#
# ## 5. How does one row get its keys?
#
# The whole search of this row, every trial of it a circuit of its own: preparation, iterates, measurement of the index.
# The engine `circuit` simulates all qubits of each.

# %%
found = {name: ga.find_keys(head, row=ROW, engine=name, error_budget=0.05, seed=3, **sizes)
         for name in ("circuit", "sparse", "index", "law")}  # fmt: skip
found["circuit"]

# %% [markdown]
# When all trials of the growing range have failed, a fixed-point search has the last word. Its iterates have other
# phases than -1, with angles chosen so that no number of marked keys overshoots: if any key is left, however many there
# are, one is measured with at least the probability that was asked for, here 95 %. If the measured key is not a new
# one, the search stops. The price is rotations in the circuit, two for each of these iterates.
#
# The other engines do less work for the same search. From the same seed, they find the same keys trial by trial.

# %%
pd.DataFrame(
    {"engine": name, "same trials": result.trials == found["circuit"].trials} for name, result in found.items()
)

# %% [markdown]
# ## 6. What do all rows cost, and is anything missed?

# %%
simulation = ga.simulate(head, **sizes)
simulation

# %% [markdown]
# ## 7. What is $B$, and how far is it from attention?
#
# The found entries get their exact weight, all others of a row share one constant: $B$ is sparse plus rank one. It is
# never stored; only a matrix as small as this one can be drawn, with the rows divided by their sums. What was found is
# right in the end up to that division, and what was not found is smeared over its row.

# %%
B = simulation.approximation()
ga.picture(B).captioned(
    "Figure 5. Softmax weights, exact and by B, with rows divided by their sums.",
    alt="Matrices of weights, a row for each query: exact attention beside B, in which each row's rest is one shade.",
)

# %% [markdown]
# The output of one row, exact and by $B$. `mean_score` is the constant that is shipped, the exponential of the tail's
# mean score; `ones` is the literal 1 of the paper's Definition 4.2.

# %%
outputs = {"exact": ga.exact_attention(head)} | {
    tail: simulation.approximation(tail).output() for tail in ("mean_score", "ones")
}
pd.DataFrame({name: output[ROW].round(4) for name, output in outputs.items()}).T

# %% [markdown]
# ## 8. Must a question be about one key?
#
# **Recap: block search.** Deal the $n$ keys into $n/u$ blocks of $u$. An oracle call then tests a whole block, so there
# are fewer indices to search: of the order of $\sqrt{(n/u)\,k}$ calls if marked keys seldom share a block. A call costs
# about $n/u + uS$ Toffolis on a kept one-hot address, $S$ for each score. Larger blocks mean fewer and at first cheaper
# calls, until the $u$ scores of a call dominate.
#
# No. Deal the sixteen keys into eight blocks of two. The oracle of blocks keeps the one-hot address of a block, loads
# its keys one after the other, and flips the sign for each that is marked: the sign of a block is the parity of its
# marked keys. A block with two of them looks empty, so a search deals the keys anew in every run.

# %%
blocks = ga.oracle(head, row=ROW, keys_per_query=2, data_access="one-hot", **sizes)
print("marked keys by block", [blocks.n_marked(h) for h in range(blocks.lookup.table.n_keys)])
print(
    "counted             ",
    ga.count(blocks).toffoli,
    "Toffolis,",
    ga.count(blocks).logical_qubits,
    "qubits",
)

# %%
ga.amplitudes(blocks, n_iterates=2).picture(0, 1, 2).captioned(
    "Figure 6. Amplitude of each block after 0, 1 and 2 iterates.",
    alt="Three bar charts, one bar for each block. After one iterate only the odd blocks have an amplitude.",
)

# %% [markdown]
# Two of eight blocks are odd: one iterate finds one for certain. The whole search of a row, by runs that follow a
# belief over the number of keys left. Every key of a measured block is read.

# %%
ga.find_keys(head, row=ROW, engine="sparse", method="posterior", keys_per_query=2, data_access="one-hot", **sizes)

# %% [markdown]
# What does it cost? At sixteen keys more than it saves. At $n = 2^{17}$, $k = 512$ (sizes of llama3.1-8b) a row has its
# fewest Toffolis near $u = \sqrt{3n/S}$, $S$ the Toffolis of a score; what is read grows with $u$, and where it nears a
# scan the search has become one.

# %%
rows = ga.vary_keys_per_query(preset="llama3.1-8b", data_access="one-hot")
rows

# %%
rows.picture().captioned(
    "Figure 7. Toffolis of a row, and the share of keys read classically, against keys per query.",
    alt="Two curves against keys per query: the Toffolis fall, reach a minimum and rise; the keys read only rise.",
)

# %% [markdown]
# ## Exercises
#
# **1.** How many iterates are best if 1, 2, 4 or 8 of the sixteen keys are marked, and how likely is success then? Why
# does amplification not help with 8?
#
# <details><summary>Answer</summary>
#
# With $t = n/4$ the angle is $\theta = \pi/6$ and one iterate turns the state onto the marked keys exactly. With
# $t = n/2$ it is $\pi/4$: one iterate turns by a right angle, from one state with $P = 1/2$ to another. The cell
# computes all four.
#
# </details>

# %%
marked = [1, 2, 4, 8]
best = ga.ideal_iterates(16, marked)
pd.DataFrame({"marked": marked, "best j": best, "P": ga.success_probability(16, marked, best)})

# %% [markdown]
# **2.** Double the number of keys, from 16 to 32. Which parts of an iterate get more expensive?
#
# <details><summary>Answer</summary>
#
# Loading, which has to reach twice as many keys, and to a lesser degree unloading and diffusion, which work on one more
# index qubit. The score looks at one key and does not know how many there are; it changes only as another row has
# another query.
#
# </details>

# %%
pd.DataFrame(
    {
        f"{n} keys": ga.count_iterate(
            ga.search(ga.random_head(n_keys=n, d_head=2, seed=0), **sizes).iterate
        ).toffoli_parts
        for n in (16, 32, 64)
    }
)

# %% [markdown]
# **3.** Give keys and query four bits in place of three. Is the oracle still right, and what does it cost?
#
# <details><summary>Answer</summary>
#
# It is right on every key: the cell runs the gates. The score adds more bits, so the Toffolis and qubits grow; the load
# keeps its Toffolis, since wider words are copied by CNOTs.
#
# </details>

# %%
ga.verify(head, row=ROW, n_marked=2, key_bits=4, query_bits=4)

# %% [markdown]
# ## What to keep
#
# The circuit that is counted is the circuit that was run, and the search finds what integer arithmetic says it should.
# At this size it makes more oracle calls than a scan reads keys, and reads nearly as many keys again to check what it
# measured. That is the honest result for toy sizes. `02_resource_estimates` says how it goes on at large ones: fewer
# queries, and more gates.
