"""Keys that a radius query of SciPy's kd-tree visits: SciPy does not report them, so the walk is repeated here."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

# KDTree, the class that SciPy prefers, wraps its nodes recursively: a deep tree would be beyond Python's limit.
from scipy.spatial import cKDTree  # pyright: ignore[reportAttributeAccessIssue]  # a compiled class


@attrs.frozen(eq=False, repr=False)
class TreeCells:
    """The nodes of a kd-tree, parents before their children, node 0 the root.

    A child's cell is its parent's, cut in the parent's split dimension: only there do the two differ.

    Attributes:
        children: less and greater child of each node, int64 of shape (nodes, 2); -1 for a leaf.
        n_points: points below each node, int64 of shape (nodes,).
        dimension: the dimension in which the node's cell was cut, int64 of shape (nodes,).
        before: interval of the parent's cell in that dimension, float64 of shape (nodes, 2).
        after: interval of the node's cell in it, float64 of shape (nodes, 2).
        root: lower and upper corner of the outermost cell, float64 of shape (2, m).
        depth: levels below the root.
    """

    children: NDArray[np.int64]
    n_points: NDArray[np.int64]
    dimension: NDArray[np.int64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    root: NDArray[np.float64]
    depth: int

    @classmethod
    def of(cls, tree: cKDTree) -> TreeCells:
        """Read the nodes of a tree; O(nodes) and a copy of one cell for each."""
        root = np.stack((tree.mins, tree.maxes))
        children, n_points, dimension, before, after = [], [], [0], [root[:, 0]], [root[:, 0]]
        level, depth = [(tree.tree, root)], 0
        while level:
            below = []
            for node, cell in level:
                n_points.append(node.end_idx - node.start_idx)
                if node.split_dim < 0:
                    children.append((-1, -1))
                    continue
                children.append((len(dimension), len(dimension) + 1))
                for child, side in ((node.lesser, 1), (node.greater, 0)):  # the less child's upper end is cut
                    cut = cell.copy()
                    cut[side, node.split_dim] = node.split
                    dimension.append(node.split_dim)
                    before.append(cell[:, node.split_dim].copy())
                    after.append(cut[:, node.split_dim].copy())
                    below.append((child, cut))
            level, depth = below, depth + bool(below)
        return cls(
            np.array(children, dtype=np.int64),
            np.array(n_points, dtype=np.int64),
            np.array(dimension, dtype=np.int64),
            np.array(before),
            np.array(after),
            root,
            depth,
        )

    @property
    def n_nodes(self) -> int:
        """Nodes, leaves included."""
        return len(self.n_points)

    def points_met(self, centre: NDArray[np.float64], radius: float) -> int:
        """Number of points that lie in leaves whose cell the ball meets.

        Of these, and of no others, SciPy computes the distance, or returns them without doing so because a cell lies
        within the ball (`traverse_checking` in scipy/spatial/ckdtree/src/query_ball_point.cxx).

        >>> grid = np.array([[x, y] for x in range(8) for y in range(8)], dtype=float)
        >>> cells = TreeCells.of(cKDTree(grid, leafsize=4, balanced_tree=False, compact_nodes=False))
        >>> cells.points_met(np.array([0.0, 0.0]), 0.5), cells.points_met(np.array([0.0, 0.0]), 20.0)
        (4, 64)
        """
        nodes = np.zeros(1, dtype=np.int64)
        squares = _square_gaps(centre, self.root.T).sum(keepdims=True)
        met = 0
        while nodes.size:
            nodes, squares = nodes[squares <= radius * radius], squares[squares <= radius * radius]
            is_leaf = self.children[nodes, 0] < 0
            met += int(self.n_points[nodes[is_leaf]].sum())
            parents = np.repeat(squares[~is_leaf], 2)
            nodes = self.children[nodes[~is_leaf]].ravel()
            at = centre[self.dimension[nodes]]
            squares = parents - _square_gaps(at, self.before[nodes]) + _square_gaps(at, self.after[nodes])
        return met


def _square_gaps(at: NDArray[np.float64], intervals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distance of each number from its interval, shape of `at`; intervals of shape (..., 2)."""
    return np.maximum(0.0, np.maximum(intervals[..., 0] - at, at - intervals[..., 1])) ** 2
