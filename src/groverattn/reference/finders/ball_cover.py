"""Points covered by a given number of balls, for a bound on all inner products with the points of a ball."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

# KDTree, the class that SciPy prefers, wraps its nodes recursively: a deep tree would be beyond Python's limit.
from scipy.spatial import cKDTree  # pyright: ignore[reportAttributeAccessIssue]  # a compiled class

# Measured, S = 16, real heads of an encoder at n = 512 and k = 32: .143, .138, .136, .136 of the keys are scored
# after 0 to 3 rounds, at Gaussian n = 65,536 and d = 128 (k = 16) .77, .56, .50, .48.
_ROUNDS = 3
# The nearest centre may be missed by a factor of 1 + this: .46 of the keys either way (Gaussian, n = 65,536, d = 128,
# centres at means), in a third of the time.
_SLACK = 1.0


@attrs.frozen(eq=False, repr=False)
class Balls:
    """Balls that cover integer points.

    Attributes:
        codes: ball of each point, in the smallest unsigned type that holds them, shape (n,).
        doubled_centres: twice the centres, shape (balls, m): integers, so that products with integers can be exact.
        doubled_radii: twice the largest distance of a ball's points from its centre, float64 of shape (balls,); the
            root of an integer, rounded once.

    >>> balls = Balls.of(np.array([[0, 0], [9, 9], [2, 0], [9, 9]]), most=2)
    >>> balls.codes.tolist(), balls.doubled_centres.tolist(), balls.doubled_radii.tolist()
    ([0, 1, 0, 1], [[2, 0], [18, 18]], [2.0, 0.0])
    """

    codes: NDArray[np.unsignedinteger]
    doubled_centres: NDArray[np.number]
    doubled_radii: NDArray[np.float64]

    @classmethod
    def of(cls, points: NDArray[np.int64], most: int) -> Balls:
        """Cover integer points of shape (n, m) with at most `most` balls; fewer where points repeat.

        Boxes are halved, the widest first; then, as in Lloyd's k-means, every point joins a near centre, `_ROUNDS`
        times. A centre is the middle of its points' box rather than their mean: the radius is what counts here, and
        distances are integers, so that the balls are the same on every machine, without a seed.

        SciPy's kmeans2 gives as small balls (.13 of the keys scored where this has .136, see above), but its time
        grows with n times the number of balls, and so does that of farthest-point clustering, which Louver has
        (arXiv:2605.06763). This takes O(n log n), up to the search for the nearest of the centres.
        """
        codes = _halved(points, most)
        for _ in range(_ROUNDS):
            tree = cKDTree(_doubled_middles(points, codes), balanced_tree=False, compact_nodes=False)
            nearest = tree.query(2 * points, eps=_SLACK)[1]
            codes = np.unique(nearest, return_inverse=True)[1]  # balls that have lost all their points go
        centres = _doubled_middles(points, codes)
        squares = ((2 * points - centres[codes]) ** 2).sum(axis=1)
        largest = np.zeros(len(centres), dtype=np.int64)
        np.maximum.at(largest, codes, squares)
        return cls(codes.astype(np.min_scalar_type(len(centres) - 1)), centres, np.sqrt(largest))

    @property
    def n_balls(self) -> int:
        """Number of balls."""
        return len(self.doubled_radii)

    @property
    def memory_bytes(self) -> int:
        """Bytes of the codes, the centres and the radii."""
        return self.codes.nbytes + self.doubled_centres.nbytes + self.doubled_radii.nbytes


def _halved(points: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Boxes of the points, numbered from 0: those at least half as wide as the widest are cut in the middle, again."""
    codes, n_boxes = np.zeros(len(points), dtype=np.int64), 1
    while n_boxes < most:
        low, high = _box_corners(points, codes)
        longest = (high - low).argmax(axis=1)
        widths = np.take_along_axis(high - low, longest[:, np.newaxis], axis=1)[:, 0]
        if not widths.any():
            break
        cut = np.zeros(n_boxes, dtype=bool)
        cut[np.argsort(-widths, kind="stable")[: most - n_boxes]] = True
        cut &= (2 * widths >= widths.max()) & (widths > 0)
        middle = np.take_along_axis(low + high, longest[:, np.newaxis], axis=1)[:, 0]
        beyond = cut[codes] & (2 * points[np.arange(len(points)), longest[codes]] > middle[codes])
        codes = np.where(beyond, (n_boxes - 1 + np.cumsum(cut))[codes], codes)
        n_boxes += np.count_nonzero(cut)
    return codes


def _doubled_middles(points: NDArray[np.int64], codes: NDArray[np.int64]) -> NDArray[np.int64]:
    low, high = _box_corners(points, codes)
    return low + high


def _box_corners(points: NDArray[np.int64], codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Least and largest coordinates of the points of each code, all of 0 to the largest in use, shape (codes, m)."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    in_order = points[order]
    return np.minimum.reduceat(in_order, starts), np.maximum.reduceat(in_order, starts)
