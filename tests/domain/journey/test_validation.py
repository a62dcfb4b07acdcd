"""What journeys are refused for, one fault at a time, each next to the sound neighbour."""

from dataclasses import replace
from datetime import time

import pytest

from domain.contact import Channel, Purpose
from domain.journey.definition import (
    Branch,
    Case,
    Comparison,
    Doing,
    Fact,
    HandOff,
    Journey,
    OpenTask,
    Send,
    Stage,
    Step,
    WriteOff,
)
from domain.journey.mistake import Problem
from domain.journey.validation import KnownTemplates, problems

PRE, REM, ESC, HARD = Stage
SMS, EMAIL = Channel.SMS, Channel.EMAIL


def a_send(*channels: Channel, purpose: Purpose = Purpose.COLLECTION, template: str = "reminder") -> Send:
    return Send(template, channels or (SMS, EMAIL), purpose)


def a_step(step_id: str, day: int, do: Doing | None = None, stage: Stage = REM, hour: int = 10) -> Step:
    return Step(step_id, stage, day, time(hour), do or a_send())


def a_case(
    then: str = "end", fact: Fact = Fact.UNPAID_BILLS, test: Comparison = Comparison.IS, value: int | str = 2
) -> Case:
    return Case(fact, test, value, then)


END = a_step("end", 90, WriteOff(), HARD)


def a_journey(*steps: Step, pace_days: int = 5, horizon_days: int = 400) -> Journey:
    return Journey("test", "", (*steps, END), pace_days, horizon_days)


def found(journey: Journey, templates: KnownTemplates | None = None) -> list[Problem]:
    return list(problems(journey, templates))


def only(journey: Journey, templates: KnownTemplates | None = None) -> Problem:
    """The one problem of a journey."""
    (problem,) = found(journey, templates)
    return problem


def test_a_sound_journey_has_no_problems() -> None:
    branch = Branch((a_case(),), "call")
    journey = a_journey(
        a_step("soon", -5, a_send(purpose=Purpose.PRE_DUE), PRE),
        a_step("first", 1),
        a_step("choose", 5, branch),
        a_step("call", 6, OpenTask("call"), ESC),
        a_step("notice", 7, a_send(purpose=Purpose.NOTICE), HARD),
    )
    assert found(journey) == []


def test_a_problem_tells_its_step_its_part_and_a_remedy() -> None:
    problem = only(a_journey(a_step("first", 1), replace(a_step("late", 5), at=time(21))))
    assert (problem.step, problem.step_id, problem.part) == (1, "late", ("at",))
    assert problem.problem == "21:00 is no hour at which people are contacted"
    assert problem.remedy == "write an hour from 08:00 to 20:30"
    assert problem.grave


@pytest.mark.parametrize(
    ("hour", "sound"),
    [
        (time(7, 59), False),
        (time(8), True),
        (time(20, 30), True),
        (time(20, 31), False),
        (time(0), False),
        (time(23, 59), False),
    ],
)
def test_steps_are_taken_between_eight_and_half_past_eight(hour: time, sound: bool) -> None:  # noqa: FBT001 - table
    assert (found(a_journey(replace(a_step("first", 1), at=hour))) == []) is sound


@pytest.mark.parametrize(
    ("stage", "day", "purpose", "sound"),
    [
        (PRE, -60, Purpose.PRE_DUE, True),
        (PRE, -61, Purpose.PRE_DUE, False),
        (PRE, 0, Purpose.PRE_DUE, True),
        (PRE, 1, Purpose.PRE_DUE, False),
        (REM, 0, Purpose.COLLECTION, False),
        (REM, 1, Purpose.COLLECTION, True),
        (REM, 1, Purpose.PRE_DUE, False),
        (PRE, 0, Purpose.COLLECTION, False),
        (PRE, 0, Purpose.NOTICE, False),
        (PRE, 0, Purpose.OFFER, False),
        (HARD, 1, Purpose.OFFER, True),
    ],
)
def test_stage_day_and_purpose_fit_together(
    stage: Stage,
    day: int,
    purpose: Purpose,
    sound: bool,  # noqa: FBT001 - table
) -> None:
    journey = a_journey(a_step("first", day, a_send(purpose=purpose), stage))
    assert (found(journey) == []) is sound


@pytest.mark.parametrize(("day", "horizon", "sound"), [(800, 800, True), (801, 800, False)])
def test_no_step_is_more_than_800_days_away(day: int, horizon: int, sound: bool) -> None:  # noqa: FBT001 - table
    journey = Journey("test", "", (a_step("end", day, WriteOff(), HARD),), 5, horizon)
    assert (not [p for p in found(journey) if p.part == ("day",)]) is sound


@pytest.mark.parametrize(("days", "sound"), [(29, False), (30, True)])
def test_a_debt_is_not_written_off_in_its_first_month(days: int, sound: bool) -> None:  # noqa: FBT001 - table
    journey = Journey("test", "", (a_step("end", days, WriteOff(), HARD),))
    assert (found(journey) == []) is sound


@pytest.mark.parametrize(("pace", "sound"), [(0, False), (1, True), (30, True), (31, False)])
def test_the_pace_is_one_to_thirty_days(pace: int, sound: bool) -> None:  # noqa: FBT001 - table
    assert (found(a_journey(pace_days=pace)) == []) is sound


@pytest.mark.parametrize(("horizon", "sound"), [(89, False), (90, True), (800, True), (801, False)])
def test_the_horizon_is_after_the_end_and_within_800_days(horizon: int, sound: bool) -> None:  # noqa: FBT001 - table
    assert (found(a_journey(horizon_days=horizon)) == []) is sound


@pytest.mark.parametrize(("horizon", "sound"), [(90, False), (91, True)])
def test_the_horizon_leaves_the_last_contact_a_day(horizon: int, sound: bool) -> None:  # noqa: FBT001 - table
    journey = Journey("test", "", (a_step("last", 90, stage=HARD),), 5, horizon)
    assert ([p for p in found(journey) if p.grave] == []) is sound


def test_a_contact_on_the_very_last_day_is_told_to_come_earlier() -> None:
    journey = Journey("test", "", (a_step("last", 800, stage=HARD),), 5, 800)
    (problem,) = (p for p in found(journey) if p.grave)
    assert problem.remedy == "write the last step earlier"


def test_a_journey_without_steps_is_refused() -> None:
    assert only(Journey("test", "", ())).problem == "the journey has no steps"


def test_more_than_200_steps_are_refused() -> None:
    steps = tuple(a_step(f"s{index}", index, OpenTask("look")) for index in range(1, 202))
    grave = [p.part for p in found(Journey("test", "", steps)) if p.grave]
    assert grave == [("steps",)]
    assert [p for p in found(Journey("test", "", steps[:200])) if p.grave] == []


@pytest.mark.parametrize(
    ("channels", "words"),
    [
        ((SMS, SMS), "the channel sms is listed twice"),
        ((Channel.VOICE,), "no provider serves the channel voice yet"),
        ((EMAIL, Channel.LETTER), "no provider serves the channel letter yet"),
    ],
)
def test_channels_are_served_and_listed_once(channels: tuple[Channel, ...], words: str) -> None:
    assert only(a_journey(a_step("first", 1, a_send(*channels)))).problem == words


def test_a_send_without_a_channel_is_refused() -> None:
    problem = only(a_journey(a_step("first", 1, Send("reminder", (), Purpose.COLLECTION))))
    assert problem.part == ("do", "channels")


def test_an_id_names_one_step() -> None:
    problem = only(a_journey(a_step("first", 1), a_step("first", 5)))
    assert (problem.step, problem.part) == (1, ("step_id",))


@pytest.mark.parametrize(
    ("steps", "part"),
    [
        ((a_step("a", 1, stage=ESC), a_step("b", 5)), ("stage",)),
        ((a_step("a", 5), a_step("b", 1)), ("day",)),
        ((a_step("a", 5, hour=12), a_step("b", 5, hour=11)), ("at",)),
    ],
)
def test_steps_stand_in_calendar_order(steps: tuple[Step, ...], part: tuple[str]) -> None:
    problem = only(a_journey(*steps))
    assert (problem.step, problem.part) == (1, part)


def test_two_contacts_at_one_moment_are_refused() -> None:
    problem = only(a_journey(a_step("a", 5), a_step("b", 5)))
    assert (problem.step_id, problem.part) == ("b", ("day",))
    assert "no delay" in problem.problem


def test_two_contacts_with_only_a_branch_between_are_refused() -> None:
    branch = a_step("choose", 5, Branch((a_case(),), "b"))
    assert only(a_journey(a_step("a", 5), branch, a_step("b", 5))).step_id == "b"


def test_two_arms_of_a_branch_may_contact_at_the_same_moment() -> None:
    branch = a_step("choose", 4, Branch((a_case("b"),), "a"))
    one = replace(a_step("a", 5), next="end")
    assert found(a_journey(branch, one, a_step("b", 5))) == []


def test_a_task_and_a_contact_may_share_a_moment() -> None:
    assert found(a_journey(a_step("a", 5, OpenTask("call")), a_step("b", 5))) == []


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("ent", "there is no step `ent`"),
        ("first", "`first` is not later in the journey"),
        ("choose", "`choose` is not later in the journey"),
    ],
)
def test_a_branch_goes_to_a_later_step(target: str, words: str) -> None:
    by_case = a_journey(a_step("first", 1), a_step("choose", 2, Branch((a_case(target),), "end")))
    otherwise = a_journey(a_step("first", 1), a_step("choose", 2, Branch((a_case(),), target)))
    assert (only(by_case).part, only(by_case).problem) == (("do", "cases", 0, "then"), words)
    assert (only(otherwise).part, only(otherwise).problem) == (("do", "otherwise"), words)


def test_a_step_goes_on_at_a_later_step() -> None:
    back = replace(a_step("second", 5), next="first")
    problem = only(a_journey(a_step("first", 1), back))
    assert problem.part == ("next",)
    assert problem.remedy == "a journey only goes forward: list the step again later"


def test_an_unknown_target_is_told_the_nearest_name() -> None:
    near = only(a_journey(replace(a_step("first", 1), next="ent")))
    far = only(a_journey(replace(a_step("first", 1), next="zzz")))
    assert near.remedy == "write `end`, if that is meant"
    assert far.remedy == "write the id of a later step"


def test_a_step_that_nothing_leads_to_is_refused() -> None:
    problem = only(a_journey(replace(a_step("first", 1), next="end"), a_step("lost", 5)))
    assert (problem.step_id, problem.part) == ("lost", ())
    assert problem.problem == "no path leads to this step"


def test_a_step_after_an_end_is_unreachable() -> None:
    journey = a_journey(a_step("first", 1), a_step("away", 5, HandOff()), a_step("lost", 6))
    assert {p.step_id for p in found(journey)} == {"lost", "end"}


def test_a_path_without_an_outcome_is_a_warning() -> None:
    problem = only(Journey("test", "", (a_step("first", 1), a_step("last", 5))))
    assert problem.step_id == "last"
    assert "out_of_steps" in problem.problem
    assert not problem.grave


@pytest.mark.parametrize("do", [HandOff(), WriteOff(), Branch((a_case(),), "end")])
def test_next_is_refused_where_it_is_never_used(do: Doing) -> None:
    journey = a_journey(a_step("first", 30, Branch((a_case("it"),), "end")), a_step("it", 31, do))
    steps = (journey.steps[0], replace(journey.steps[1], next="end"), journey.steps[2])
    assert only(replace(journey, steps=steps)).part == ("next",)


def test_a_journey_does_not_end_before_the_due_date() -> None:
    problem = only(Journey("test", "", (a_step("away", 0, HandOff(), PRE),)))
    assert problem.part == ("stage",)


def test_a_branch_has_cases() -> None:
    assert only(a_journey(a_step("choose", 1, Branch((), "end")))).part == ("do", "cases")


def test_a_question_is_asked_once() -> None:
    branch = Branch((a_case(), a_case("end")), "end")
    problem = only(a_journey(a_step("choose", 1, branch)))
    assert problem.part == ("do", "cases", 1)


@pytest.mark.parametrize(
    ("fact", "test", "value", "remedy"),
    [
        (Fact.SEGMENT, Comparison.AT_LEAST, "a", "write `is` or `is_not`"),
        (Fact.COUNTRY, Comparison.BELOW, "DE", "write `is` or `is_not`"),
        (Fact.SEGMENT, Comparison.IS, 3, 'write "3" in quotes'),
        (Fact.BALANCE_MINOR, Comparison.IS, "much", "write a whole number without quotes"),
        (Fact.BALANCE_MINOR, Comparison.BELOW, -1, "write 0 or more"),
        (Fact.COUNTRY, Comparison.IS, "no", "write two capital letters, such as DE"),
        (Fact.COUNTRY, Comparison.IS, "NOR", "write two capital letters, such as DE"),
        (Fact.COUNTRY, Comparison.IS, "ÅÄ", "write two capital letters, such as DE"),
        (Fact.COUNTRY, Comparison.IS, "N1", "write two capital letters, such as DE"),
        (Fact.CURRENCY, Comparison.IS_NOT, "eur", "write an ISO 4217 code, such as EUR"),
    ],
)
def test_comparisons_make_sense(fact: Fact, test: Comparison, value: int | str, remedy: str) -> None:
    journey = a_journey(a_step("choose", 1, Branch((a_case("end", fact, test, value),), "end")))
    problem = only(journey)
    assert (problem.part, problem.remedy) == (("do", "cases", 0, "value"), remedy)


@pytest.mark.parametrize(
    ("fact", "test", "value"),
    [
        (Fact.SEGMENT, Comparison.IS, "5"),
        (Fact.COUNTRY, Comparison.IS, "NO"),
        (Fact.CURRENCY, Comparison.IS_NOT, "JPY"),
        (Fact.PRIOR_EPISODES, Comparison.AT_LEAST, 0),
    ],
)
def test_sound_comparisons_pass(fact: Fact, test: Comparison, value: int | str) -> None:
    journey = a_journey(a_step("choose", 1, Branch((a_case("end", fact, test, value),), "end")))
    assert found(journey) == []


def the_texts(*keys: tuple[str, Channel, str]) -> KnownTemplates:
    return frozenset(keys)


def test_each_channel_needs_its_text_in_each_language() -> None:
    texts = the_texts(("reminder", SMS, "en"), ("reminder", EMAIL, "en"), ("reminder", SMS, "fr"))
    problem = only(a_journey(a_step("first", 1)), texts)
    assert problem.part == ("do", "template")
    assert problem.problem == "the template `reminder` has no email text in fr"
    assert problem.remedy == "write `reminder.email.txt`"


def test_a_region_leans_on_its_language() -> None:
    texts = the_texts(("reminder", SMS, "fr"), ("other", SMS, "fr-CA"))
    assert found(a_journey(a_step("first", 1, a_send(SMS))), texts) == []


def test_a_text_that_is_written_wrongly_is_told_the_nearest() -> None:
    texts = the_texts(("reminder", SMS, "en"))
    problem = only(a_journey(a_step("first", 1, a_send(SMS, template="remainder"))), texts)
    assert problem.remedy == "write `reminder`, if that is meant"


def test_without_any_texts_english_is_missing() -> None:
    problem = only(a_journey(a_step("first", 1, a_send(SMS))), frozenset())
    assert problem.problem == "the template `reminder` has no sms text in en"


def test_a_channel_that_nobody_serves_is_not_also_blamed_for_its_text() -> None:
    journey = a_journey(a_step("first", 1, a_send(Channel.VOICE)))
    assert len(found(journey, the_texts(("reminder", SMS, "en")))) == 1
