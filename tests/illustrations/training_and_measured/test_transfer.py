"""What the pictures of transfer learning show is what the records say."""

import json

import numpy as np
import pytest
from scipy import stats

from cnnfigs.data.blood_cells import CHANGES, crops, part
from cnnfigs.experiments.catalog import CROPS
from cnnfigs.experiments.records import RECORDS
from cnnfigs.illustrations.training_and_measured.transfer import (
    FewCrops,
    OtherColors,
    TransferCompared,
    WaysToLearn,
)


def outcomes(way, each, apart=False):
    """Read the records by themselves, in the order of their seeds."""
    found = {}
    for path in RECORDS.glob("platelets_*.json"):
        record = json.loads(path.read_text("utf-8"))
        trial = record["trial"]
        if (trial["way"], trial["each"], trial["apart"]) == (way, each, apart):
            found[trial["seed"]] = record["outcome"]
    return [found[seed] for seed in sorted(found)]


def share(counts):
    return counts["right"] / counts["asked"]


@pytest.mark.parametrize("way", ["scratch", "frozen", "fine-tuned"])
def test_shares_are_means_of_the_records(way):
    facts = FewCrops().facts
    for each in CROPS:
        mean = np.mean([share(outcome["test"]) for outcome in outcomes(way, each)])
        assert facts[f"{way} {each}"] == f"{100 * mean:.1f}\N{NO-BREAK SPACE}%"
    for change in CHANGES:
        mean = np.mean([share(outcome["elsewhere"][change]) for outcome in outcomes(way, max(CROPS))])
        assert OtherColors().facts[f"{way} {change}"] == f"{100 * mean:.0f}\N{NO-BREAK SPACE}%"


def test_an_interval_holds_the_photos_and_the_seeds():
    """Put together by hand from the bits: photos as clusters, seeds by Student's t."""
    found = FewCrops().result
    pictures = np.array(crops(part("test")).pictures)
    for learned in found.learned[:6]:
        right = learned.right.astype(float)
        residual = right.mean(axis=0) - right.mean()
        sums = np.array([residual[pictures == name].sum() for name in np.unique(pictures)])
        over_photos = np.sqrt(len(sums) / (len(sums) - 1) * (sums**2).sum()) / right.shape[1]
        over_seeds = right.mean(axis=1).std(ddof=1) / np.sqrt(len(right))
        reach = stats.t.ppf(0.975, len(right) - 1) * np.hypot(over_photos, over_seeds)
        assert learned.interval == pytest.approx((right.mean() - reach, right.mean() + reach))


def test_table_has_a_row_for_each_number_of_crops_and_each_way():
    assert [row[0].text for row in TransferCompared().tabulate(TransferCompared().result)[1:]] == [
        str(n) for n in CROPS
    ]
    assert len(WaysToLearn().tabulate(WaysToLearn().result)) == 4


def test_what_the_training_can_change_is_what_keras_counts():
    import keras

    facts = WaysToLearn().facts
    assert (
        facts["frozen numbers"] == f"{keras.Sequential([keras.Input((1280,)), keras.layers.Dense(2)]).count_params():,}"
    )
    assert int(facts["fine-tuned numbers"].replace(",", "")) > 1_000_000


@pytest.mark.parametrize(("one", "other"), [("frozen", "scratch"), ("fine-tuned", "frozen"), ("fine-tuned", "scratch")])
def test_differences_are_those_of_the_records(one, other):
    facts = TransferCompared().facts
    for each in CROPS:
        pairs = zip(outcomes(one, each), outcomes(other, each), strict=True)
        difference = 100 * np.mean([share(first["test"]) - share(second["test"]) for first, second in pairs])
        told = facts[f"{one} over {other} {each} difference"].replace("\N{MINUS SIGN}", "-")
        assert float(told) == pytest.approx(difference, abs=0.051)
