"""Layers of a running model, written to a file of heads: attention calls, and the indexers that choose their keys."""

from __future__ import annotations

import attrs

from groverattn.capture.attention_calls import AttentionCall, Tensor
from groverattn.capture.indexer_calls import IndexerCall
from groverattn.files.arrays import WINDOW
from groverattn.files.head_file import HeadFileWriter


@attrs.frozen
class CapturedLayer:
    """Sizes of a layer in the file.

    Attributes:
        heads: query heads.
        key_heads: heads of keys and values.
        d_head: numbers per query and key.
        score_scale: factor of the scores.
        causal: whether row i sees keys 0 to i only.
        window: w, if it sees the last w of them only; 0 if it sees all of them.
    """

    heads: int
    key_heads: int
    d_head: int
    score_scale: float
    causal: bool
    window: int = 0


@attrs.frozen
class CapturedIndexer:
    """Sizes of the indexer of a layer in the file.

    Attributes:
        layer: number of the layer, whose heads attend to what it selects.
        heads: index heads H, which share their keys.
        d_head: numbers per query and key.
        topk: keys that a row selects, if it sees as many.
        shared_by: later layers that attend to the same selection; seen only where a row leaves keys out.
    """

    layer: int
    heads: int
    d_head: int
    topk: int
    shared_by: tuple[int, ...] = ()


@attrs.define(eq=False)
class LayerRecorder:
    """Writes what the hooks hand over, and keeps the sizes and the last selection.

    Attributes:
        writer: the open file.
        layers: sizes of the layers written.
        indexers: sizes of the indexers written.
        n_left_out: runs of indexers that are not written, as they score in another way or no attention followed.
        waiting: an indexer that ran since the last attention call: that of the layer whose attention comes next.
        selection: number of the keys that the last indexer selected, of shape (n, k).
    """

    writer: HeadFileWriter
    layers: list[CapturedLayer] = attrs.field(factory=list)
    indexers: list[CapturedIndexer] = attrs.field(factory=list)
    n_left_out: int = 0
    waiting: IndexerCall | None = None
    selection: Tensor | None = None

    def add_indexer(self, call: IndexerCall | None) -> None:
        """Keep the run of an indexer until the attention of its layer is called."""
        self.n_left_out += call is None or self.waiting is not None
        self.waiting = call
        self.selection = None if call is None else call.selected

    def add_attention(self, call: AttentionCall) -> None:
        """Write a layer, and the indexer that ran before its attention."""
        if self.waiting is not None:
            self._write_indexer(self.waiting)
            self.waiting = None
        elif call.sparse:  # the mask of an earlier layer's selection: see `attention_calls`
            owner = self.indexers[-1]
            self.indexers[-1] = attrs.evolve(owner, shared_by=(*owner.shared_by, len(self.layers)))
        self.writer.add_layer(call.queries, call.keys, call.values, score_scale=call.score_scale, causal=call.causal)
        heads, _, d_head = call.queries.shape
        sizes = CapturedLayer(heads, call.keys.shape[0], d_head, call.score_scale, call.causal, call.window)
        self.layers.append(sizes)

    def _write_indexer(self, call: IndexerCall) -> None:
        self.writer.add_indexer(call.queries, call.keys, call.weights)
        _, heads, d_head = call.queries.shape
        self.indexers.append(CapturedIndexer(len(self.layers), heads, d_head, call.topk))

    def finish(self) -> None:
        """Write for every layer its window, which layer's indexer selects its keys, and how many.

        0 where no window is, -1 and 0 where no indexer selects; nothing where the model has no windows or no indexers.
        """
        windows = [layer.window for layer in self.layers]
        if any(windows):
            self.writer.add_array(WINDOW, windows)
        self.n_left_out += self.waiting is not None
        if not self.indexers:
            return
        chosen_by, topk = [-1] * len(self.layers), [0] * len(self.layers)
        for indexer in self.indexers:
            for layer in (indexer.layer, *indexer.shared_by):
                chosen_by[layer], topk[layer] = indexer.layer, indexer.topk
        self.writer.add_array("index_layer", chosen_by)
        self.writer.add_array("index_topk", topk)
