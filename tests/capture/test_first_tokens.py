"""Tokens of the beginning of a long text, by tokenizers that count what they are shown."""

import attrs
import pytest

from groverattn.capture.local_model import first_tokens


@attrs.define
class Counting:
    """Makes a token of each word, and keeps how many characters it was shown."""

    shown: list[int] = attrs.field(factory=list)

    def __call__(self, text):
        self.shown.append(len(text))
        return {"input_ids": text.split(" ")}


def test_a_long_text_is_cut_before_it_is_tokenised():
    tokenizer = Counting()
    tokens, n_whole = first_tokens(tokenizer, "key " * 1_000_000, 32)
    assert tokens == ["key"] * 32
    assert n_whole is None
    assert sum(tokenizer.shown) == 64 * 32


@pytest.mark.parametrize("length", [40, 200, 5_000])
def test_words_longer_than_expected_are_read_further(length):
    words = [f"{word:0{length}}" for word in range(400)]
    tokenizer = Counting()
    tokens, _ = first_tokens(tokenizer, " ".join(words), 8)
    assert tokens == words[:8]
    assert max(tokenizer.shown) <= max(64 * 8, 4 * 2 * 8 * (length + 1))


@pytest.mark.parametrize("max_tokens", [None, 3, 100])
def test_a_short_text_is_read_whole(max_tokens):
    tokenizer = Counting()
    assert first_tokens(tokenizer, "a key is a door", max_tokens) == (["a", "key", "is", "a", "door"][:max_tokens], 5)
    assert tokenizer.shown == [15]
