"""The graph index: what it finds, what it visits, and what is said where it is missing."""

import sys

import faiss
import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.reference.finders.key_set import KeySet
from groverattn.reference.finders.registry import finder

KEYS = np.rint(np.random.default_rng(0).standard_normal((2000, 16)) * 40).astype(np.int64).clip(-127, 127)
QUERIES = np.rint(np.random.default_rng(1).standard_normal((20, 16)) * 40).astype(np.int64).clip(-127, 127)


def test_recall_and_visits_on_gaussian_keys() -> None:
    index, recalls = finder("approximate").prepare(KeySet.of(KEYS)), []
    for query in QUERIES:
        found = index.find(query, 16)
        scores = KEYS @ query
        assert found.keys.size == len(set(found.keys.tolist())) == 16
        assert 16 <= found.key_visits < 1500
        recalls.append(np.mean(scores[found.keys] >= np.sort(scores)[-16]))
    assert np.mean(recalls) > 0.95
    assert index.memory_bytes > KEYS.size * 4


def test_it_is_built_the_same_every_time() -> None:
    threads = faiss.omp_get_max_threads()
    first, second = (finder("approximate").prepare(KeySet.of(KEYS)) for _ in range(2))
    assert faiss.omp_get_max_threads() == threads
    for query in QUERIES:
        a, b = first.find(query, 16), second.find(query, 16)
        assert (a.keys.tolist(), a.key_visits) == (b.keys.tolist(), b.key_visits)


def test_scores_that_float32_would_round_are_refused() -> None:
    with pytest.raises(InputError, match="float32"):
        finder("approximate").prepare(KeySet.of(KEYS * 200, query_bits=16))


def test_without_the_extra_the_message_names_it(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(InputError, match=r"pip install -c constraints.txt -e '.\[index\]'"):
        finder("approximate").prepare(KeySet.of(KEYS))
