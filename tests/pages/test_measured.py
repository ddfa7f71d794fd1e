"""What the page says in fixed words is what the records say; words that may change are computed."""

import re
from pathlib import Path

import numpy as np
from page_words import quoted, sources

from cnnfigs.data import mnist
from cnnfigs.experiments.catalog import AMOUNTS, all_trials
from cnnfigs.experiments.images import balanced_order
from cnnfigs.illustrations.exercises.measured import WANTED, CatchingUp
from cnnfigs.illustrations.registry import all_illustrations
from cnnfigs.illustrations.training_and_measured.against_dense import AgainstDense
from cnnfigs.illustrations.training_and_measured.fewer_examples import FewerExamples
from cnnfigs.illustrations.training_and_measured.neighborhood import Neighborhood
from cnnfigs.illustrations.training_and_measured.scoreboard import WHOSE, Scoreboard
from cnnfigs.illustrations.training_and_measured.shifted_digits import OtherCorner, ShiftControls, ShiftedDigits
from cnnfigs.illustrations.training_and_measured.through_a_hole import ThroughAHole

PAGE = (Path(__file__).parents[2] / "docs" / "measured.md").read_text(encoding="utf-8")


def test_convnet_is_ahead_at_every_amount():
    found = FewerExamples().result
    for network in ("dense_512", "dense_131"):
        ahead = [each.difference for each in found.findings.comparisons if each.name.startswith(network)]
        assert len(ahead) == len(found.amounts) == 7
        assert min(ahead) > 0


def test_the_lead_shrinks_in_points_and_grows_as_a_ratio():
    run = FewerExamples().result
    convnet, dense = (
        np.array([1 - run.findings.of(name, amount).mean for amount in run.amounts])
        for name in ("convnet", "dense_512")
    )
    assert (dense - convnet)[0] == (dense - convnet).max()
    assert (dense / convnet)[0] == (dense / convnet).min()
    assert (dense / convnet)[-1] == (dense / convnet).max()
    times = run.needed / run.amounts
    known = times[np.isfinite(times)]
    assert (np.diff(known) > 0).all()
    first_unknown = len(known)
    assert np.isnan(times[first_unknown:]).all()
    assert run.amounts[-1] / run.amounts[first_unknown] > known[-1]  # even what is only known to be more is more


def test_up_to_thirty_thousand_images_each_digit_comes_equally_often_and_the_sets_are_nested():
    labels = mnist().y_train
    order = balanced_order(labels, 1)
    for amount in AMOUNTS:
        counts = np.bincount(labels[order[:amount]], minlength=10)
        assert (np.ptp(counts) == 0) == (amount <= 30_000)


def test_lines_end_lower_than_after_the_whole_recipe():
    short, whole = FewerExamples().result.findings, AgainstDense().result.findings
    assert short.of("convnet", 3000).mean < whole.of("dense_512").mean < short.of("convnet", 10000).mean
    assert all(short.of(name, 60000).mean < whole.of(name).mean for name in ("convnet", "dense_512", "dense_131"))


def test_every_amount_has_the_same_steps():
    trials = [trial for trial in all_trials(["examples"]) if trial.network == "convnet"]
    assert {trial.steps for trial in trials} == {1000}
    assert 2 < 1000 * 128 / 60_000 < 2.2


def test_end_of_the_network_decides_how_far_a_digit_may_move():
    at_four = {each.network: each.mean[4] for each in ShiftedDigits().result.usual}
    names = ["convnet_global_max", "convnet_global_average", "convnet", "dense_512"]
    shares = [at_four[name] for name in names]
    assert shares == sorted(shares, reverse=True)
    assert at_four["convnet"] < 0.7
    assert ShiftedDigits().result.small[0].difference < 0


def test_five_thousand_images_tell_a_share_to_one_and_a_half_points():
    assert 0.012 < 1.96 * np.sqrt(0.25 / ShiftedDigits().result.usual[0].test_images) < 0.015


def test_controls_say_what_the_page_says():
    run = ShiftControls().result
    back, canvas, remedy = ({each.network: each for each in lines} for lines in (run.back, run.canvas, run.remedy))
    usual = {each.network: each for each in run.usual}
    for name in ("convnet", "convnet_global_max"):  # what is cut is a small part of the fall
        cut = back[name].mean[0] - back[name].mean[2]
        assert 0 < cut < (usual[name].mean[0] - usual[name].mean[8]) / 5
    assert canvas["convnet_global_max"].mean[8] > 0.8
    assert max(canvas[name].mean[8] for name in ("convnet", "dense_512")) < 0.3
    assert ShiftControls().facts["exact"] in ("exactly 0", "less than one in a million")
    for name in ("convnet", "dense_512"):
        assert remedy[name].mean[8] > 0.7
        assert remedy[name].mean[0] < usual[name].mean[0]  # the price
    assert usual["convnet"].mean[4] < usual["convnet_global_max"].mean[4] < remedy["convnet"].mean[4]


def test_corner_is_found_only_where_no_unit_is_lost():
    corners = {each.network: each for each in OtherCorner().result.corners}
    assert max(corners[name].away.mean() for name in ("convnet", "dense_512")) < 0.2
    assert corners["convnet"].away.mean() < corners["convnet_global_max"].away.mean() < 0.9
    assert np.ptp(corners["convnet_global_max"].away) > 0.2  # seeds differ widely
    padded = corners["convnet_global_max_padded"]
    assert np.array_equal(padded.home, padded.away)


def test_shuffling_hurts_the_convnet_only_and_does_not_break_it():
    run = Neighborhood().result
    for each in run.findings.comparisons:
        if each.name.startswith("convnet"):
            assert each.is_refuted
        else:
            assert abs(each.difference) < 0.005
    assert min(each.mean for each in run.findings.measured) > 0.9
    lead = {each.name: each for each in run.against}
    assert lead["none"].is_shown
    assert lead["within blocks"].interval[0] <= 0 <= lead["within blocks"].interval[1]
    assert lead["within blocks"].difference < lead["none"].difference / 5
    assert lead["blocks"].difference < lead["within blocks"].difference
    assert lead["blocks"].difference < 0  # a burden
    assert lead["pixels"].interval[1] < 0


def test_small_windows_see_more_than_guessing_and_larger_ones_more():
    found = {str(each.hole): each.mean for each in ThroughAHole().result.findings.measured}
    assert found["3"] > 0.3
    assert found["3"] < found["5"] < found["7"] < found["11"] < found["18"]
    parameters = {str(each.hole): each.parameters for each in ThroughAHole().result.findings.measured}
    assert parameters["3"] * 10 < parameters["28"]  # the view and the weights grow together
    assert max(found.values()) < AgainstDense().result.findings.of("convnet").mean


def test_every_claim_has_one_verdict():
    facts = Scoreboard().facts
    assert sum(int(facts[name]) for name in ("holds", "partly", "not here")) == int(facts["claims"])
    assert facts["too few seeds"] == facts["not yet measured"] == "0"
    assert sum(int(facts[name]) for name in WHOSE) == int(facts["claims"])
    assert int(facts["fewest seeds"]) >= 3


def test_wrong_answers_of_the_exercise_are_not_what_some_seed_found():
    for wanted in WANTED:
        run = CatchingUp(wanted=wanted).result
        for value in (mistake.values[0] for mistake in run.wrong):
            assert not run.given["fewest"] * 0.9 < value < run.given["most"] * 1.1


def test_every_number_that_the_page_quotes_is_stated():
    """Also after further records, which bring other facts."""
    made = {name: eval(call, dict(all_illustrations())) for name, call in sources("measured").items()}
    assert len(quoted("measured")) > 60
    for source, fact in quoted("measured"):
        assert fact in made[source].facts, (source, fact)


def test_exercise_is_asked_before_the_table_that_answers_it():
    assert CatchingUp(wanted=300).facts["answer"] != CatchingUp().facts["answer"]
    assert PAGE.index("CatchingUp(wanted=300)") < PAGE.index("name: fig-worth")


def test_code_on_the_page_runs_and_prints_the_difference(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
    exec(compile(code, "measured.md", "exec"), {})
    printed = capsys.readouterr().out
    found = {each.name: each for each in AgainstDense().result.findings.comparisons}["dense_131"]
    assert f"mean={found.difference!r}"[:12] in printed
