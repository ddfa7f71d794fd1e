"""How few filters of the convnet are enough: all are taken out, in an order that is searched or in orders of chance.

A filter that is taken out makes a map of nothing but zeros, as if its weights and its bias were zero. The weights are
those that browsers have, rounded to 8 bits, and so are the digits, in few shades: what is found here, a reader of the
explorer finds too.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data.asked_digits import AskedDigits, asked_digits, other_digits
from cnnfigs.models.export import packed, unpacked, weights

#: The convolutions whose filters are taken out.
CONVOLUTIONS = ("conv2d_1", "conv2d_2", "conv2d_3")
#: The search takes out one in so many of the filters that are left at a time, and at least one.
ONE_IN = 32
#: The orders of chance are asked at every so manieth number of filters left.
EVERY = 16

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class KnockedOut:
    """What is read of some digits with fewer and fewer filters."""

    #: How many filters each convolution has.
    filters: tuple[int, ...]
    #: All filters, numbered from the first convolution on, in the order in which the search takes them out.
    order: NDArray[np.int64]
    #: How many digits are read without each single filter, by its number: shape (filters,).
    alone: NDArray[np.int64]
    #: How many digits are read without the first half of the filters of each convolution, and without all these halves.
    halves: tuple[int, ...]
    all_halves: int
    #: How many digits are read with so many filters left, from 0 to all, in the order of the search.
    searched: NDArray[np.int64]
    #: At how many filters left the orders of chance were asked, falling: shape (numbers,).
    left: NDArray[np.int64]
    #: How many digits are read then, for each order: shape (orders, numbers).
    random: NDArray[np.int64]
    #: How many digits were asked.
    asked: int
    #: How many digits are wanted still; the fewest filters with which so many are read, in the order of the search; and
    #: how many those then read of the other test digits, by which nothing was searched, and how many these are.
    wanted: int
    fewest: int
    right_of_others: int
    others: int

    @property
    def means(self) -> NDArray[np.float64]:
        """How many digits are read in the mean of the orders of chance: shape (numbers,)."""
        means: NDArray[np.float64] = self.random.mean(axis=0)
        return means

    @property
    def fewest_by_convolution(self) -> tuple[int, ...]:
        """How many filters of each convolution are left, where the search needs the fewest."""
        ends = np.cumsum(self.filters)
        kept = self.order[len(self.order) - self.fewest :]
        return tuple(
            int(count) for count in np.bincount(np.searchsorted(ends, kept, side="right"), minlength=len(ends))
        )

    @property
    def nearest(self) -> int:
        """Which number of filters left, of those for the orders of chance, is the nearest to the fewest."""
        return int(np.abs(self.left - self.fewest).argmin())

    @property
    def fewest_by_chance(self) -> int:
        """The fewest filters left, of those numbers and all, at which the mean of the orders of chance is enough."""
        return int(min([len(self.order), *self.left[self.means >= self.wanted]]))


def knock_out(wanted: float, orders: int, seed: int) -> KnockedOut:
    """Take out all filters, the least missed first, and in orders of chance.

    Parameters
    ----------
    wanted
        Which share of the digits is to be read still.
    orders
        How many orders of chance there are.
    seed
        Of these.
    """
    digits = asked_digits()
    network = Convnet(digits)
    total = sum(network.filters)
    every = np.arange(total)
    _, without = network.without_each(every)
    alone = [network.count(logits) for logits in without]
    firsts = np.cumsum([0, *network.filters])
    halves = [np.delete(every, np.s_[first : (first + end) // 2]) for first, end in itertools.pairwise(firsts)]
    order = _search(network)
    searched = np.array([*network.rights(order[::-1], range(total + 1))])
    enough = math.ceil(wanted * network.asked)
    fewest = int(np.flatnonzero(searched >= enough)[0])
    kept = order[total - fewest :]
    others = other_digits()
    begins = range(0, len(others.labels), network.asked)  # not all at once: their maps take a gigabyte
    parts = [slice(begin, begin + network.asked) for begin in begins]
    right = sum(Convnet(AskedDigits(others.shades[part], others.labels[part])).right(kept) for part in parts)
    left = np.arange(total - EVERY, 0, -EVERY)
    chance = np.random.default_rng(seed)
    drawn = [chance.permutation(total) for _ in range(orders)]
    random = [[*network.rights(each, left[::-1])][::-1] for each in drawn]
    return KnockedOut(
        network.filters,
        order,
        np.array(alone),
        tuple(network.right(half) for half in halves),
        network.right(functools.reduce(np.intersect1d, halves)),
        searched,
        left,
        np.array(random),
        network.asked,
        enough,
        fewest,
        right,
        len(others.labels),
    )


class Convnet:
    """The convnet with some of its filters, asked about the same digits again and again.

    All maps are those of the filters that are left, in the order in which these are given. The digits come last: what
    belongs to a filter, or to a place, lies together in memory.
    """

    def __init__(self, digits: AskedDigits) -> None:
        self.labels = digits.labels.astype(np.int64)
        self.asked = len(self.labels)
        rounded = {
            name: unpacked(packed(kernel, bias), kernel.shape) for name, (kernel, bias) in weights("convnet").items()
        }
        #: The convolutions' weights by filter, channel, row and column.
        self.kernels = [rounded[name][0].transpose(3, 2, 0, 1) for name in CONVOLUTIONS]
        self.biases = [rounded[name][1] for name in CONVOLUTIONS]
        self.filters = tuple(len(bias) for bias in self.biases)
        (kernel, self.bias) = next(rounded[name] for name in rounded if name not in CONVOLUTIONS)
        #: The last layer's weights by digit, filter and place.
        self.dense = kernel.reshape(-1, self.filters[-1], kernel.shape[-1]).transpose(2, 1, 0)
        # These never change: a filter of the first convolution sees only the digit. The last two rows and columns are
        # left out, since the poolings drop what is made of them.
        images = digits.images[:, :-2, :-2].transpose(3, 1, 2, 0)
        first = _pooled(self._sums(0, np.arange(self.filters[0]), _in_fours(_windows(images)), np.arange(1)))
        #: What the filters of the second convolution see of the first maps.
        self.seen = _in_fours(_windows(first))
        #: All filters of the second convolution, and their sums with some of the first.
        self.every, self.first = np.arange(self.filters[1]), np.arange(0)
        self.second = self._sums(1, self.every, self.seen[self.first], self.first)

    def split(self, numbers: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Divide numbers of filters, counted from the first convolution on, among the convolutions, in order."""
        ends = np.cumsum(self.filters)
        numbers = np.sort(numbers)
        return [
            numbers[(numbers >= end - count) & (numbers < end)] - (end - count)
            for count, end in zip(self.filters, ends, strict=True)
        ]

    def third(self, pooled: Floats, second: NDArray[np.int64], third: NDArray[np.int64]) -> Floats:
        """Return the sums of the third convolution, shape (left, 3, 3, n)."""
        return self._sums(2, third, _windows(pooled), second)

    def _sums(self, layer: int, left: NDArray[np.int64], windows: Floats, below: NDArray[np.int64]) -> Floats:
        """Convolve what filters see of the maps below, shape (below, 3, 3, ...): shape (left, ...)."""
        sums: Floats = np.tensordot(self.kernels[layer][left][:, below], windows, 3)
        sums += self.biases[layer][left].reshape(-1, *[1] * (sums.ndim - 1))
        return sums

    def logits(self, sums: Floats, third: NDArray[np.int64]) -> Floats:
        """Return what the last layer makes of the last sums, shape (left, 3, 3, n): shape (10, n)."""
        maps = _rectified(sums).reshape(len(sums), self.dense.shape[-1], self.asked)
        logits: Floats = np.tensordot(self.dense[:, third], maps, 2)
        return logits + self.bias[:, np.newaxis]

    def rights(self, order: NDArray[np.int64], counts: Iterable[int]) -> Iterator[int]:
        """Count the digits that are read with the first so many filters of an order, for each of some rising counts."""
        before = 0
        sums = self._sums(1, self.every, self.seen[:0], np.arange(0))
        for count in counts:
            # All filters of the second convolution are kept up to date, and those that are left are asked.
            added, _, _ = self.split(order[before:count])
            if len(added):
                sums += np.tensordot(self.kernels[1][:, added], self.seen[added], 3)
            _, second, third = self.split(order[:count])
            yield self.count(self.logits(self.third(_pooled(sums[second]), second, third), third))
            before = count

    def right(self, left: NDArray[np.int64]) -> int:
        """Count the digits that are read with the filters that are left."""
        (right,) = self.rights(left, [len(left)])
        return right

    def count(self, logits: Floats) -> int:
        """Count the digits that logits, shape (10, n), read rightly."""
        return int((logits.argmax(axis=0) == self.labels).sum())

    def loss(self, logits: Floats) -> float:
        """Return the mean cross-entropy of logits, shape (10, n)."""
        shifted = logits - logits.max(axis=0)
        own = shifted[self.labels, np.arange(self.asked)]
        return float((np.log(np.exp(shifted).sum(axis=0)) - own).mean(dtype=np.float64))

    def without_each(self, left: NDArray[np.int64]) -> tuple[Floats, Iterator[Floats]]:
        """Return the logits, shape (10, n), with the filters that are left, and those without each single one of them.

        What a filter adds to the sums of the next layer is taken off, which is quicker than to compute these anew.
        """
        first, second, third = self.split(left)
        if not np.array_equal(first, self.first):
            # They change seldom, and what they add up to takes long: so all of it is kept.
            self.first, self.second = first, self._sums(1, self.every, self.seen[first], first)
        sums = self.second[second]
        pooled = _pooled(sums)
        above = self.third(pooled, second, third)
        logits = self.logits(above, third)

        def without() -> Iterator[Floats]:
            for number in first:
                part = np.tensordot(self.kernels[1][second][:, number], self.seen[number], 2)
                yield self.logits(self.third(_pooled(sums - part), second, third), third)
            for number, maps in zip(second, _windows(pooled), strict=True):
                part = np.tensordot(self.kernels[2][third][:, number], maps, 2)
                yield self.logits(above - part, third)
            for number, maps in zip(third, _rectified(above), strict=True):
                yield logits - np.tensordot(self.dense[:, number], maps.reshape(-1, self.asked), 1)

        return logits, without()


def _search(network: Convnet) -> NDArray[np.int64]:
    """Take out filters until none is left: the order.

    Each time those go without which, one by one, the loss is least. Those that change nothing go first, all of them.
    """
    left = np.arange(sum(network.filters))
    order: list[NDArray[np.int64]] = []
    while len(left):
        logits, without = network.without_each(left)
        losses = np.array([network.loss(each) for each in without])
        unmissed = np.flatnonzero(losses == network.loss(logits))
        least_missed = np.argsort(losses, kind="stable")[: max(1, len(left) // ONE_IN)]
        gone = unmissed if len(unmissed) else least_missed
        order.append(left[gone])
        left = np.delete(left, gone)
    return np.concatenate(order)


def _windows(maps: Floats) -> Floats:
    """Return what filters of 3×3 see of maps, shape (..., rows, columns, n): (..., 3, 3, rows - 2, columns - 2, n)."""
    windows = np.lib.stride_tricks.sliding_window_view(maps, (3, 3), axis=(-3, -2))
    return np.moveaxis(windows, (-2, -1), (-5, -4))


def _in_fours(windows: Floats) -> Floats:
    """Put the four places of each pooling first, shape (..., rows, columns, n): (..., 2, 2, half, half, n)."""
    *before, high, wide, count = windows.shape
    fours = windows.reshape(*before, high // 2, 2, wide // 2, 2, count)
    return np.ascontiguousarray(np.moveaxis(fours, (-4, -2), (-5, -4)))


def _rectified(sums: Floats) -> Floats:
    maps: Floats = np.maximum(sums, 0)
    return maps


def _pooled(sums: Floats) -> Floats:
    """Take the largest of each four places, shape (left, 2, 2, rows, columns, n), and then ReLU."""
    largest: Floats = sums.max(axis=(1, 2))
    return np.maximum(largest, 0, out=largest)
