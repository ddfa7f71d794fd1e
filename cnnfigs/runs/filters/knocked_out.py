"""How few filters of the convnet are enough: all are taken out, in an order that is searched or in orders of chance.

A filter that is taken out makes a map of nothing but zeros, as if its weights and its bias were zero. The weights are
those that browsers have, rounded to 8 bits, and so are the digits, in few shades: what is found here, a reader of the
explorer finds too.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator, Sequence
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
#: The filters of each convolution that are left, by their numbers.
Left = Sequence[NDArray[np.int64]]


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
    alone = [network.count(logits) for logits in network.without_each(network.split(np.arange(total)))]
    firsts = np.cumsum([0, *network.filters])
    halves = [
        np.delete(np.arange(total), np.s_[first : (first + end) // 2]) for first, end in itertools.pairwise(firsts)
    ]
    order, searched = _search(network)
    enough = math.ceil(wanted * network.asked)
    fewest = int(np.flatnonzero(searched >= enough)[0])
    kept = network.split(order[total - fewest :])
    others = other_digits()
    begins = range(0, len(others.labels), network.asked)  # not all at once: their maps take a gigabyte
    parts = [slice(begin, begin + network.asked) for begin in begins]
    right = sum(Convnet(AskedDigits(others.shades[part], others.labels[part])).right(kept) for part in parts)
    left = np.arange(total - EVERY, 0, -EVERY)
    chance = np.random.default_rng(seed)
    drawn = [chance.permutation(total) for _ in range(orders)]
    random = [[network.right(network.split(each[:count])) for count in left] for each in drawn]
    return KnockedOut(
        network.filters,
        order,
        np.array(alone),
        tuple(network.right(network.split(half)) for half in halves),
        network.right(network.split(functools.reduce(np.intersect1d, halves))),
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

    All maps are those of the filters that are left, in the order in which these are given.
    """

    def __init__(self, digits: AskedDigits) -> None:
        self.labels = digits.labels.astype(np.int64)
        self.asked = len(self.labels)
        rounded = {
            name: unpacked(packed(kernel, bias), kernel.shape) for name, (kernel, bias) in weights("convnet").items()
        }
        self.kernels = [rounded[name][0] for name in CONVOLUTIONS]
        self.biases = [rounded[name][1] for name in CONVOLUTIONS]
        self.filters = tuple(len(bias) for bias in self.biases)
        (kernel, self.bias) = next(rounded[name] for name in rounded if name not in CONVOLUTIONS)
        #: The last layer's weights by place, filter and digit.
        self.dense = kernel.reshape(-1, self.filters[-1], kernel.shape[-1])
        # These never change: a filter of the first convolution sees only the digit.
        self.first = _pooled(_convolved(digits.images, self.kernels[0]) + self.biases[0])

    def split(self, numbers: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Divide numbers of filters, counted from the first convolution on, among the convolutions, in order."""
        ends = np.cumsum(self.filters)
        numbers = np.sort(numbers)
        return [
            numbers[(numbers >= end - count) & (numbers < end)] - (end - count)
            for count, end in zip(self.filters, ends, strict=True)
        ]

    def second(self, left: Left) -> Floats:
        """Return the sums of the second convolution, shape (n, 10, 10, left): those that its pooling takes."""
        first, second, _ = left
        kernel = self.kernels[1][:, :, first][..., second]
        return _convolved(self.first[:, :12, :12, first], kernel) + self.biases[1][second]

    def third(self, pooled: Floats, left: Left) -> Floats:
        """Return the sums of the third convolution, shape (n, 3, 3, left)."""
        _, second, third = left
        return _convolved(pooled, self.kernels[2][:, :, second][..., third]) + self.biases[2][third]

    def logits(self, maps: Floats, third: NDArray[np.int64]) -> Floats:
        """Return what the last layer makes of the last maps, shape (n, 3, 3, left): shape (n, 10)."""
        logits: Floats = maps.reshape(self.asked, -1) @ self.dense[:, third].reshape(-1, len(self.bias)) + self.bias
        return logits

    def answer(self, left: Left) -> Floats:
        """Return the logits with the filters that are left, shape (n, 10)."""
        return self.logits(_rectified(self.third(_pooled(self.second(left)), left)), left[2])

    def right(self, left: Left) -> int:
        """Count the digits that are read with the filters that are left."""
        return self.count(self.answer(left))

    def count(self, logits: Floats) -> int:
        """Count the digits that logits, shape (n, 10), read rightly."""
        return int((logits.argmax(axis=-1) == self.labels).sum())

    def loss(self, logits: Floats) -> float:
        """Return the mean cross-entropy of logits, shape (n, 10)."""
        shifted = logits - logits.max(axis=-1, keepdims=True)
        own = shifted[np.arange(self.asked), self.labels]
        return float((np.log(np.exp(shifted).sum(axis=-1)) - own).mean(dtype=np.float64))

    def without_each(self, left: Left) -> Iterator[Floats]:
        """Yield the logits, shape (n, 10), without each single filter that is left, from the first convolution on.

        What a filter adds to the sums of the next layer is taken off, which is quicker than to compute these anew.
        """
        first, second, third = left
        sums = self.second(left)
        pooled = _pooled(sums)
        above = self.third(pooled, left)
        last = _rectified(above)
        logits = self.logits(last, third)
        for number in first:
            part = _convolved(self.first[:, :12, :12, [number]], self.kernels[1][:, :, [number]][..., second])
            yield self.logits(_rectified(self.third(_pooled(sums - part), left)), third)
        for place, number in enumerate(second):
            part = _convolved(pooled[..., [place]], self.kernels[2][:, :, [number]][..., third])
            yield self.logits(_rectified(above - part), third)
        for place, number in enumerate(third):
            yield logits - last[..., place].reshape(self.asked, -1) @ self.dense[:, number]


def _search(network: Convnet) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Take out filters until none is left: the order, and how many digits are read with so many left.

    Each time those go without which, one by one, the loss is least. Those that change nothing go first, all of them.
    """
    left = np.arange(sum(network.filters))
    order: list[int] = []
    answer = network.answer(network.split(left))
    right = [network.count(answer)]
    while len(left):
        losses = np.array([network.loss(logits) for logits in network.without_each(network.split(left))])
        unmissed = left[losses == network.loss(answer)]
        least_missed = left[np.argsort(losses, kind="stable")][: max(1, len(left) // ONE_IN)]
        for number in unmissed if len(unmissed) else least_missed:
            order.append(int(number))
            left = left[left != number]
            answer = network.answer(network.split(left))
            right.append(network.count(answer))
    return np.array(order), np.array(right[::-1])


def _convolved(maps: Floats, kernel: Floats) -> Floats:
    """Convolve maps, shape (n, rows, columns, channels), without padding and bias."""
    rows, columns, channels, filters = kernel.shape
    windows = np.lib.stride_tricks.sliding_window_view(maps, (rows, columns), axis=(1, 2))
    count, high, wide = windows.shape[:3]
    size = rows * columns * channels  # there may be no channel
    taken = windows.transpose(0, 1, 2, 4, 5, 3).reshape(count * high * wide, size)
    sums: Floats = (taken @ kernel.reshape(size, filters)).reshape(count, high, wide, filters)
    return sums


def _rectified(sums: Floats) -> Floats:
    maps: Floats = np.maximum(sums, 0)
    return maps


def _pooled(sums: Floats) -> Floats:
    """ReLU and then the largest of 2×2; a row or column that is left over is dropped."""
    high, wide = sums.shape[1] // 2 * 2, sums.shape[2] // 2 * 2
    even = sums[:, :high, :wide]
    largest = np.maximum(
        np.maximum(even[:, ::2, ::2], even[:, 1::2, ::2]), np.maximum(even[:, ::2, 1::2], even[:, 1::2, 1::2])
    )
    return _rectified(largest)
