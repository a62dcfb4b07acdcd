import math

from benchmarks.figures import FULL, QUICK, Goal, Ratio, Samples, number, ratio_table, sampled_table


def test_a_median_and_its_spread_are_told() -> None:
    table = sampled_table("steps/s", [Samples("ours", (30.0, 10.0, 20.0))])
    assert table.rows == (("ours", "20", "10 to 30"),)


def test_a_ratio_is_formed_within_each_repeat() -> None:
    ours, bare = Samples("ours", (90.0, 45.0, 10.0)), Samples("bare", (100.0, 50.0, 10.0))
    assert Ratio(ours, bare, Goal(0.9)).row() == ("ours : bare", "0.90", "0.90 to 1.00", "≥ 0.9", "met")


def test_a_goal_is_missed_on_its_wrong_side() -> None:
    assert (Goal(2).verdict(1.99), Goal(2).verdict(2)) == ("missed", "met")
    assert (Goal(12, at_most=True).verdict(13), Goal(12, at_most=True).verdict(12)) == ("missed", "met")


def test_a_baseline_of_nothing_does_not_stop_the_report() -> None:
    assert Ratio(Samples("ours", (1.0,)), Samples("bare", (0.0,))).values == (math.inf,)


def test_ratios_without_goals_have_no_columns_for_them() -> None:
    ratio = Ratio(Samples("ours", (1.0,)), Samples("bare", (2.0,)))
    assert ratio_table(ratio, what="the same").header == ("the same", "median", "least to most")
    assert ratio_table(ratio.named("ours over bare")).rows == (("ours over bare", "0.50", "0.50 to 0.50"),)


def test_percentiles_are_values_that_were_measured() -> None:
    hundred = Samples("ms", tuple(float(value) for value in range(100, 0, -1)))
    assert [hundred.percentile(percent) for percent in (50, 95, 99)] == [50.0, 95.0, 99.0]
    assert Samples("ms", (7.0,)).percentile(99) == 7.0


def test_numbers_keep_three_digits() -> None:
    told = [number(value) for value in (86_234.4, 128, 11.04, 1.234, 0.0816)]
    assert told == ["86,234", "128", "11.0", "1.23", "0.082"]


def test_a_quick_run_takes_one_small_sample() -> None:
    assert (FULL.of(150), QUICK.of(150), QUICK.of(10), QUICK.of(10, least=8)) == (150, 4, 2, 8)
    assert QUICK.repeats == 1
