"""Pictures of the experiments, with the numbers read off the record files again, by ways of their own."""

import base64
import json
import re

import numpy as np
import pytest
from lxml import etree, html
from matplotlib.colors import to_rgba
from scipy import stats
from svg_numbers import PERCENT, number, texts

from cnnfigs.drawing.charts import spread
from cnnfigs.drawing.networks import NETWORK_LOOKS
from cnnfigs.drawing.palette import color, palette, relative_luminance
from cnnfigs.drawing.style import style
from cnnfigs.drawing.widths import PHONE, WIDTH
from cnnfigs.experiments.catalog import (
    BASIC,
    by_recipe,
    in_the_corner,
    padded,
    shuffled,
    through_a_hole,
    unstopped,
    usual,
    with_images,
)
from cnnfigs.experiments.claims import claims
from cnnfigs.experiments.comparisons import Comparison, compare_counts, rule, verdict
from cnnfigs.experiments.findings import (
    against_dense,
    downsampling,
    fewer_examples,
    moved_digits,
    neighborhood,
    other_corner,
    overfitting,
    peephole,
)
from cnnfigs.experiments.records import RECORDS, RecordError, path_of, record_of, write
from cnnfigs.illustrations.training_and_measured.against_dense import AgainstDense
from cnnfigs.illustrations.training_and_measured.fewer_examples import FewerExamples, WorthOfExamples
from cnnfigs.illustrations.training_and_measured.measuring import compared, interval, points, way
from cnnfigs.illustrations.training_and_measured.neighborhood import Neighborhood
from cnnfigs.illustrations.training_and_measured.scoreboard import TEXTS, Scoreboard
from cnnfigs.illustrations.training_and_measured.shifted_digits import OtherCorner, ShiftControls, ShiftedDigits
from cnnfigs.illustrations.training_and_measured.through_a_hole import ThroughAHole
from cnnfigs.illustrations.training_and_measured.ways_of_downsampling import (
    PLAIN,
    DownsamplingCosts,
    DownsamplingDifferences,
    OverfittingWithoutPooling,
)
from cnnfigs.models.variants import TRAINABLE

#: How matplotlib writes dashes.
DASHES = {"solid": "-", "dashed": "--", "dashdot": "-.", "dotted": ":"}
#: The figure of the page that shows what is measured about each claim.
MEASURED_IN = {
    "errors": "fig-against",
    "examples": "fig-examples",
    "moved": "fig-shifted",
    "small shifts": "fig-shifted",
    "anywhere": "fig-corner",
    "augmentation": "fig-controls",
    "neighbours": "fig-neighborhood",
    "order": "fig-neighborhood",
    "maximum": "fig-downsampling",
    "overfitting": "fig-without-pooling",
    "small window": "fig-hole",
    "larger window": "fig-hole",
}
DIRECTIONS = ("right", "left", "down", "up")


def outcome(trial):
    """Read a record file as JSON, past the code that the illustrations read it with."""
    return json.loads(path_of(trial).read_text("utf-8"))["outcome"]


def bits(told):
    """Unpack which images were right without NumPy's unpackbits."""
    content = base64.b64decode(told["test"]["bits"])
    return [int(bit) for byte in content for bit in f"{byte:08b}"][: told["test"]["asked"]]


def seeds_of(described):
    return [seed for seed in range(1, 6) if path_of(described(seed)).exists()]


def rows_of(table):
    """The rows of a table as it is in the column."""
    return html.fragment_fromstring(table.to_html()).xpath("(.//table)[1]/tbody/tr")


def shares(described):
    """Accuracy with each seed that there is."""
    words = [outcome(described(seed))["test"] for seed in seeds_of(described)]
    return [each["right"] / each["asked"] for each in words]


# Numbers against the files


def test_errors_drawn_are_those_in_the_files():
    written = texts(AgainstDense())
    for network in BASIC:
        errors = 1 - np.mean(shares(lambda seed, network=network: by_recipe(network, seed)))
        assert f"{100 * errors:.2f}{PERCENT}" in written


def test_differences_are_drawn_with_as_many_decimals_as_the_page_quotes():
    for picture in (AgainstDense(), DownsamplingDifferences()):
        quoted = [value for name, value in picture.facts.items() if name.endswith(" difference")]
        assert quoted
        assert set(quoted) <= set(texts(picture))


def test_paired_difference_is_that_of_the_images_one_by_one():
    result = {each.name: each for each in AgainstDense().result.findings.comparisons}
    for network, comparison in result.items():
        differences = []
        for seed in comparison.seeds:
            one, other = (bits(outcome(by_recipe(name, seed))) for name in ("convnet", network))
            differences.append([a - b for a, b in zip(one, other, strict=True)])
        assert comparison.difference == pytest.approx(np.mean(differences))
        errors = [stats.sem(np.mean(differences, axis=axis)) for axis in (0, 1)]
        assert [comparison.images_error, comparison.seeds_error] == pytest.approx(errors)
        reach = stats.t.ppf(0.975, len(differences) - 1) * np.sqrt(errors[0] ** 2 + errors[1] ** 2)
        assert comparison.interval == pytest.approx((comparison.difference - reach, comparison.difference + reach))


def test_disagreements_are_counted_and_judged_as_scipy_does():
    for pair in AgainstDense().result.disagreements:
        one, other = (bits(outcome(by_recipe(name, pair.seed))) for name in ("convnet", pair.other))
        only = [
            sum(a > b for a, b in zip(one, other, strict=True)),
            sum(a < b for a, b in zip(one, other, strict=True)),
        ]
        assert [pair.only_convnet, pair.only_other] == only
        assert pair.probability == pytest.approx(stats.binomtest(only[0], sum(only)).pvalue)


def test_curves_are_those_in_the_files_and_the_reading_lies_on_dense():
    run = FewerExamples().result
    for each in run.findings.measured:
        told = shares(lambda seed, each=each: with_images(each.network, each.images, seed))
        assert each.accuracy == pytest.approx(told)
    for reading in run.readings:
        curve = [each for each in run.findings.measured if each.network == reading.network]
        logs = np.log10([each.images for each in curve])
        there = np.interp(np.log10(reading.mean), logs, [each.mean for each in curve])
        assert there == pytest.approx(run.findings.of("convnet", 1000).mean, abs=0.004)
        assert reading.mean > run.wanted


def test_moved_digits_are_means_over_directions():
    run = ShiftedDigits().result
    for line in run.usual:
        for row, seed in enumerate(line.seeds):
            entries = outcome(usual(line.network, seed))
            every_second = bits(entries)[::2]
            assert line.accuracy[row, 0] == pytest.approx(sum(every_second) / len(every_second))
            for length in (1, 5, 8):
                moved = [entries["elsewhere"][f"{direction} {length}"] for direction in DIRECTIONS]
                assert line.accuracy[row, length] == pytest.approx(np.mean([e["right"] / e["asked"] for e in moved]))


def test_padded_network_answers_the_same_at_multiples_of_four():
    run = ShiftControls().result
    for trial in map(padded, run.padded[0].seeds):
        for place, text in outcome(trial)["elsewhere"].items():
            if place == "upper left" or int(place.split()[1]) % 4 == 0:
                assert text["same"] == text["asked"]
                assert text["difference"] < 1e-6  # sums of 32-bit numbers, in another order
    assert max(run.exact[[0, 4, 8]]) < 1e-6
    assert (run.exact[[1, 2, 3, 5, 6, 7]] > 1e-4).all()


def test_corner_bars_are_written_with_the_shares_of_the_files():
    run = OtherCorner().result
    written = [number(text.replace(PERCENT, "")) for text in texts(OtherCorner()) if text.endswith(PERCENT)]
    expected = []
    for each in run.corners:
        described = padded if each.network.endswith("padded") else lambda seed, n=each.network: in_the_corner(n, seed)
        words = [outcome(described(seed)) for seed in each.seeds]
        expected.append(np.mean([np.mean(bits(t)[::2]) for t in words]))
        expected.append(
            np.mean([t["elsewhere"]["upper left"]["right"] / t["elsewhere"]["upper left"]["asked"] for t in words])
        )
    assert written == [round(100 * share) for share in expected]


def test_shuffles_and_windows_are_those_in_the_files():
    for each in Neighborhood().result.findings.measured:
        told = shares(lambda seed, each=each: shuffled(each.network, each.shuffle, seed))
        assert each.accuracy == pytest.approx(told)
    for each in ThroughAHole().result.findings.measured:
        assert each.network == f"peephole_{each.hole}".replace(" ", "_")
        assert each.accuracy == pytest.approx(shares(lambda seed, hole=each.hole: through_a_hole(hole, seed)))


def test_costs_are_what_keras_counts_and_multiplications_done_by_hand():
    run = DownsamplingCosts().result
    rows = rows_of(DownsamplingCosts())
    assert len(rows) == len(run.costs)
    by_hand = {  # places × window × channels × filters, and the dense layer
        "convnet": 26**2 * 9 * 32 + 11**2 * 9 * 32 * 64 + 3**2 * 9 * 64 * 128 + 1152 * 10,
        "convnet_strided": 13**2 * 9 * 32 + 6**2 * 9 * 32 * 64 + 4**2 * 9 * 64 * 128 + 2048 * 10,
    }
    for row, cost in zip(rows, run.costs, strict=True):
        assert cost.parameters == TRAINABLE[cost.network]().count_params()
        assert cost.multiply_adds == by_hand.get(cost.network, cost.multiply_adds)
        assert [number(cell.text) for cell in row[1:3]] == [cost.parameters, cost.multiply_adds]


def test_overfitting_is_the_gap_in_the_files_after_fixed_steps():
    run = OverfittingWithoutPooling().result
    gaps = {}
    for each, described in zip(run.measured, (lambda seed: usual("convnet", seed), unstopped), strict=True):
        words = [outcome(described(seed)) for seed in each.seeds]
        assert {one["steps"] for one in words} == {1000}
        learned, asked = ([one[kind]["right"] / one[kind]["asked"] for one in words] for kind in ("training", "test"))
        gaps[each.network] = np.subtract(learned, asked)
    (comparison,) = run.comparisons
    assert comparison.each == pytest.approx(gaps["unpooled"] - gaps["convnet"])
    assert comparison.seeds == (1, 2, 3)


def test_worth_of_examples_is_read_off_the_curves():
    run = WorthOfExamples().result
    dense = [run.findings.of("dense_512", amount).mean for amount in run.amounts]
    for amount, needed in zip(run.amounts, run.needed, strict=True):
        wanted = run.findings.of("convnet", amount).mean
        if np.isnan(needed):
            assert max(dense) < wanted
        else:
            there = np.interp(np.log10(needed), np.log10(run.amounts), dense)
            assert there == pytest.approx(wanted, abs=0.005)
    rows = rows_of(WorthOfExamples())
    assert [number(row[0].text_content()) for row in rows] == list(run.amounts)


# Any number of seeds


def noised(told, random):
    """Make the outcome of another seed: some answers differ."""
    told = json.loads(json.dumps(told))
    flipped = [bit if random.random() > 0.01 else 1 - bit for bit in bits(told)]
    packed = bytes(int("".join(map(str, flipped[at : at + 8])).ljust(8, "0"), 2) for at in range(0, len(flipped), 8))
    told["test"] |= {"bits": base64.b64encode(packed).decode(), "right": sum(flipped)}
    return told


def write_seeds(folder, described, seeds, random):
    for seed in seeds:
        write(described(seed), record_of(described(seed), noised(outcome(described(1)), random)), folder)


@pytest.fixture
def random():
    return np.random.default_rng(0)


@pytest.mark.parametrize("seeds", [[1], [2], [1, 2], [1, 2, 3, 4, 5]])
def test_any_number_of_seeds_is_drawn_and_told(tmp_path, monkeypatch, random, seeds):
    for network in ("convnet", "dense_512"):
        write_seeds(tmp_path, lambda seed, network=network: by_recipe(network, seed), seeds, random)
    run = against_dense(tmp_path)
    (comparison,) = run.findings.comparisons
    assert comparison.seeds == tuple(seeds)
    assert (comparison.interval is None) == (len(seeds) < 3)
    assert (verdict([comparison]) == "too few seeds") == (len(seeds) < 3)
    assert run.findings.missing == ("dense_131",)
    monkeypatch.setattr(AgainstDense, "result", run)
    shown = AgainstDense()
    root = etree.fromstring(shown.to_html())
    assert len(root.findall(".//{http://www.w3.org/2000/svg}text")) > 10
    assert shown.facts["missing"] == "dense_131"
    assert ("too few seeds for an interval" in shown.description) == (len(seeds) < 3)
    assert "nan" not in shown.description


def test_seeds_that_only_one_of_two_networks_has_are_not_compared(tmp_path, random):
    write_seeds(tmp_path, lambda seed: by_recipe("convnet", seed), [1, 2, 3], random)
    write_seeds(tmp_path, lambda seed: by_recipe("dense_512", seed), [2, 3], random)
    write_seeds(tmp_path, lambda seed: by_recipe("dense_131", seed), [4], random)
    run = against_dense(tmp_path)
    assert [each.seeds for each in run.findings.comparisons] == [(2, 3)]
    assert run.findings.missing == ("dense_131",)


def test_amounts_that_are_not_there_are_left_out_of_the_curve(tmp_path, monkeypatch, random):
    for amount in (1_000, 3_000):
        for network in ("convnet", "dense_512"):
            write_seeds(tmp_path, lambda seed, n=network, a=amount: with_images(n, a, seed), [1], random)
    run = fewer_examples(folder=tmp_path)
    assert run.amounts == (1_000, 3_000)
    assert "dense_131 with 1,000 images" in run.findings.missing
    assert run.readings == ()  # the dense network does not get there with 3,000
    monkeypatch.setattr(FewerExamples, "result", run)
    shown = FewerExamples()
    assert {"convnet", "dense, 512 units"} <= set(texts(shown))
    assert "dense, 131 units" not in texts(shown)
    assert shown.facts["dense_512 needs"] == "more than were tried"


@pytest.mark.parametrize(
    "find",
    [
        against_dense,
        downsampling,
        fewer_examples,
        moved_digits,
        neighborhood,
        other_corner,
        overfitting,
        peephole,
        claims,
    ],
)
def test_an_experiment_without_records_says_so_in_one_line(tmp_path, find):
    with pytest.raises(RecordError, match=r"there is no record of '.+' for the experiment '\w+' yet: run `nox") as text:
        find(folder=tmp_path)
    assert "\n" not in str(text.value)


def test_a_damaged_record_is_told_not_left_out(tmp_path, random):
    write_seeds(tmp_path, lambda seed: by_recipe("convnet", seed), [1, 2], random)
    path = path_of(by_recipe("convnet", 2), tmp_path)
    path.write_text(path.read_text("utf-8").replace('"right": ', '"right": 1'), "utf-8")
    with pytest.raises(RecordError, match="damaged"):
        downsampling(tmp_path)


# Verdicts


def comparison(difference, reach, needed=0.0, seeds=(1, 2, 3)):
    error = reach / stats.t.ppf(0.975, len(seeds) - 1)
    return Comparison("a", difference, np.full(len(seeds), difference), 0.6 * error, 0.8 * error, seeds, needed)


def test_a_claim_holds_only_if_whole_intervals_are_on_its_side():
    clear, close, opposite = comparison(0.02, 0.01), comparison(0.02, 0.03), comparison(-0.02, 0.01)
    assert verdict([clear, clear]) == "holds"
    assert verdict([clear, close]) == verdict([clear, opposite]) == "partly"
    assert verdict([close]) == verdict([opposite]) == "not here"
    assert [each.is_refuted for each in (clear, close, opposite)] == [False, False, True]


def test_no_difference_is_shown_by_a_narrow_interval_and_not_by_a_wide_one():
    assert comparison(0.0, 0.005, needed=-0.01).is_shown
    assert not comparison(0.0, 0.02, needed=-0.01).is_shown


def test_two_seeds_do_not_decide_however_clear_they_are():
    few = comparison(0.5, 0.0001, seeds=(1, 2))
    assert few.interval is None
    assert not few.is_shown
    assert not few.is_refuted
    for others in ([], [comparison(0.02, 0.01)], [comparison(-0.02, 0.01)]):
        assert verdict([few, *others]) == "too few seeds"
    assert all(len(each.seeds) >= 3 for claim in claims().claims for each in claim.comparisons)


def test_the_rule_in_words_is_the_rule_in_code():
    """The words on the page, sentence by sentence, with the numbers that they name put to the test."""
    told = rule()
    assert [float(found) for found in re.findall(r"whole (\d+)\s% interval", told)] == [95]
    (equal,) = re.findall(r"above −(\d+) percentage point where", told)
    (seeds,) = re.findall(r"fewer than (\d+) seeds", told)
    few = tuple(range(int(seeds) - 1))
    assert verdict([comparison(0.5, 0.1, seeds=few)]) == "too few seeds"
    assert verdict([comparison(0.5, 0.1, seeds=(*few, 9))]) == "holds"
    assert verdict([comparison(0.0, 0.009, needed=-float(equal) / 100)]) == "holds"
    assert verdict([comparison(0.0, 0.011, needed=-float(equal) / 100)]) == "not here"
    for claim in claims().claims:
        assert {each.needed for each in claim.comparisons} <= {0.0, -float(equal) / 100}
        lows = [each.interval[0] > each.needed for each in claim.comparisons]
        assert claim.verdict == ("holds" if all(lows) else "partly" if any(lows) else "not here")


def test_no_verdict_rests_on_a_network_that_was_not_trained_as_the_claim_says():
    (anywhere,) = (claim for claim in claims().claims if claim.name == "anywhere")
    for each in anywhere.comparisons:
        assert in_the_corner(each.name, 1).place is not None
        assert path_of(in_the_corner(each.name, 1)).exists()
    assert "convnet_global_max_padded" not in {each.name for each in anywhere.comparisons}


def test_interval_from_counts_covers_every_way_the_answers_can_be_paired(random):
    """Whoever the right answers belong to, the interval of the paired differences is not wider."""
    for _ in range(200):
        asked = 400
        one, other = (random.random(asked) < share for share in random.random(2))
        differences = one.astype(float) - other
        low, high = stats.norm.interval(0.95, differences.mean(), differences.std() / np.sqrt(asked))
        result = compare_counts("a", (1,), [one.mean()], [other.mean()], asked)
        assert 1.96 * result.images_error >= (high - low) / 2 - 1e-4
        tighter = compare_counts("a", (1,), [one.mean()], [other.mean()], asked, changed=[(one != other).mean()])
        assert 1.96 * tighter.images_error == pytest.approx((high - low) / 2, abs=1e-4)


def test_scoreboard_gives_each_claim_its_verdict_and_a_figure_that_the_pages_have():
    run = Scoreboard().result
    docs = RECORDS.parents[2] / "docs"
    page = (docs / "measured.md").read_text("utf-8")
    others = ("testing-a-claim", "limits", "remedies-and-costs")
    pages = [page, *((docs / f"{name}.md").read_text("utf-8") for name in others)]
    named = set(re.findall(r"name: (fig-\S+)", "".join(pages)))
    (told,) = re.findall(r"Where each is measured: (.*?)\n\n", page, re.DOTALL)
    figures = {}
    for numbered, figure in re.findall(r"([\d and]+)\s+in\s+\{numref\}`([\w-]+)`", told):
        figures |= dict.fromkeys(map(int, re.findall(r"\d+", numbered)), figure)
    assert [claim.name for claim in run.claims] == [*TEXTS]
    for phone in (False, True):
        words = " ".join(texts(Scoreboard(), phone))
        for place, claim in enumerate(run.claims, 1):
            assert figures[place] == MEASURED_IN[claim.name]
            assert figures[place] in named
            after = words.split(f"{place}. {TEXTS[claim.name].text.split()[0]} ")[1].split(f" {place + 1}. ")[0]
            assert TEXTS[claim.name].text.split(maxsplit=1)[1] in f"{after} "
            assert TEXTS[claim.name].whose in after
            assert f" {verdict(claim.comparisons)} " in after
            weakest = min(claim.comparisons, key=lambda each: each.interval[0] - each.needed)
            decimals = 2 if abs(weakest.difference) < 0.02 else 1
            assert f"{points(weakest.difference, decimals)} {interval(weakest.interval, decimals)}" in after


def test_scoreboard_tells_each_claim_with_its_weakest_comparison():
    picture = Scoreboard()
    _, *parts = picture.told.sentences
    for part, claim in zip(parts, picture.result.claims, strict=True):
        whose, judged, shown, effect = part.sentences
        assert part.heading == TEXTS[claim.name].text
        assert TEXTS[claim.name].whose in whose
        assert verdict(claim.comparisons) in judged
        weakest = min(claim.comparisons, key=lambda each: each.interval[0] - each.needed)
        words = effect.split(";")[0]
        assert points(weakest.difference, 2 if abs(weakest.difference) < 0.02 else 1) in words
        # What is compared keeps its numbers, but not the words that only its figure explains, nor names of code.
        assert set(re.findall(r"\d+", weakest.name)) <= set(re.findall(r"\d+", words))
        assert not re.search(r"inked|half minus|_", effect)
        assert f"{sum(each.is_shown for each in claim.comparisons)} of {len(claim.comparisons)}" in shown
    (numbers,) = picture.told.numbers
    every = [each for claim in picture.result.claims for each in claim.comparisons]
    assert [row[0] for row in numbers.texts] == [points(each.difference, 2) for each in every]


@pytest.mark.parametrize("phone", [False, True])
def test_scoreboards_strips_have_equal_steps_from_tick_to_tick_and_every_comparison_on_them(phone):
    """Dots are read back from the drawing: a claim's strip begins at −100 points, and its zero is the dark line."""
    with style():
        axes = Scoreboard().drawn(PHONE if phone else WIDTH).axes[0]
    text, lines = color("text"), [line for line in axes.lines if len(line.get_xdata()) == 2]
    zeros = [line for line in lines if line.get_color() == text]
    claimed = Scoreboard().result.claims
    assert len(zeros) == len(claimed)
    for zero, claim in zip(zeros, claimed, strict=True):
        top, bottom = zero.get_ydata()
        ticks = sorted(line.get_xdata()[0] for line in lines if tuple(line.get_ydata()) == (top, bottom))
        assert len(ticks) == 7
        assert np.diff(ticks) == pytest.approx(np.full(6, ticks[1] - ticks[0]))
        assert ticks[3] == zero.get_xdata()[0]
        found = [
            float(line.get_xdata()[0])
            for line in axes.lines
            if line.get_marker() == "o" and top < line.get_ydata()[0] < bottom
        ]
        values = np.interp(found, ticks, range(-3, 4))
        differences = [100 * each.difference for each in claim.comparisons]
        expected = [np.sign(d) * (1 + np.log10(abs(d))) if abs(d) > 1 else d for d in differences]
        assert sorted(values) == pytest.approx(sorted(expected))


# Words and places


def test_words_for_differences():
    assert points(-0.00004) == "0.0"
    assert points(-0.123) == "−12.3"
    assert interval((-0.01, 0.02)) == "−1.0 to +2.0"
    assert compared(comparison(0.1, 0.01)) == "+10.0 points (+9.0 to +11.0)"
    assert way(comparison(0.1, 0.01), "more", "less", "even") == "more"
    assert way(comparison(-0.1, 0.01), "more", "less", "even") == "less"
    assert way(comparison(0.1, 0.2), "more", "less", "even") == "even"


def test_labels_are_apart_in_order_and_no_farther_than_needed(random):
    for _ in range(100):
        wanted = random.random(6) * 10
        placed = spread(wanted, 1.5)
        order = np.argsort(wanted)
        assert (np.diff(placed[order]) >= 1.5 - 1e-9).all()
        assert placed.mean() == pytest.approx(wanted.mean())
    far = [0.0, 5.0, 10.0]
    assert spread(far, 1.5).tolist() == far


@pytest.mark.parametrize("kind", [ShiftedDigits, Neighborhood, FewerExamples, ThroughAHole])
def test_each_name_at_the_end_of_a_line_has_a_piece_of_that_line_before_it(kind):
    """Two lines of one colour are told apart: one is dashed, and so is the piece before its name."""
    _, axes = kind().figure.axes
    curves = {
        (line.get_color(), line.get_linestyle())
        for line in axes.lines
        if line.get_transform() in (axes.transData, axes.get_yaxis_transform()) and line.get_linestyle() != "None"
    }
    beside = [line for line in axes.lines if line.get_transform() not in (axes.transData, axes.get_yaxis_transform())]
    assert len(beside) >= 2
    for line in beside:
        (name,) = [each for each in axes.texts if each.get_transform() == line.get_transform()]
        assert (line.get_color(), line.get_linestyle()) in curves
        assert name.get_color() == line.get_color()
    assert len({(line.get_color(), line.get_linestyle()) for line in beside}) == len(beside)


@pytest.mark.parametrize(
    ("kind", "width"),
    [
        (ShiftControls, WIDTH),
        (ShiftControls, PHONE),
        (ShiftedDigits, PHONE),
        (Neighborhood, PHONE),
        (FewerExamples, PHONE),
    ],
)
def test_key_explains_each_line_of_the_charts_below_it(kind, width):
    with style():
        page, *charts = kind().drawn(width).axes
    explained = {(line.get_color(), line.get_linestyle()) for line in page.lines}
    drawn = {
        (line.get_color(), line.get_linestyle())
        for axes in charts
        for line in axes.lines
        if line.get_color() != color("accent") and line.get_linestyle() != "None"
    }
    assert explained == drawn
    named = {(text.get_text(), text.get_color()) for text in page.texts}
    for look in NETWORK_LOOKS.values():
        if (color(look.color), DASHES[look.dashes]) in explained:
            assert (look.name, color(look.color)) in named
    assert len(explained) >= 2


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ink_in_a_hole_does_not_melt_into_the_page(theme):
    """The frame around each image through a hole is told from black ink and from the page."""
    page, colors = ThroughAHole().figure.axes[0], getattr(palette(), theme)
    names = {to_rgba(value): name for name, value in palette().light.items()}
    frames = [names[patch.get_edgecolor()] for patch in page.patches if patch.get_facecolor()[3] == 0]
    assert len(page.images) == len(frames) == 6
    for frame in frames:
        for other in ("#000000", colors["background"]):
            first, second = sorted(map(relative_luminance, (colors[frame], other)))
            assert (second + 0.05) / (first + 0.05) >= 3


def test_errors_and_differences_are_told_for_each_way_of_downsampling():
    run = DownsamplingDifferences().result
    description = DownsamplingDifferences().description
    for each in run.measured:
        assert PLAIN[each.network] in description
    assert all(f"{100 * (1 - each.mean):.2f}{PERCENT}" in texts(DownsamplingDifferences()) for each in run.measured)
