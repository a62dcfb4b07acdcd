"""Messages are made of checked templates and plain values, in the nearest language there is."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.files import template_files
from adapters.files.mistake import TemplatesRefused
from adapters.files.template_check import SAMPLE
from adapters.files.templates import MessageTemplates, RenderRefused, TemplateMissing, fallbacks
from domain.contact import Channel
from tests.adapters.files.template_folder import MAIL, SMS, VALUES, a_folder, write

SHIPPED = MessageTemplates(Path(__file__).parents[3] / "templates" / "messages")


@pytest.fixture(name="templates")
def _templates(tmp_path: Path) -> MessageTemplates:
    return MessageTemplates(a_folder(tmp_path))


def with_text(root: Path, sms: str) -> MessageTemplates:
    return MessageTemplates(a_folder(root, en__other_sms=sms))


def test_an_sms_is_its_text(templates: MessageTemplates) -> None:
    message = templates.render("note", Channel.SMS, "en", {**VALUES, "first_name": "Ana"})
    assert message.text == (
        "Northwind Mobile: Ana 1,234.56 USD, https://pay.example.com/s/AbCdEfGh1234 +1 555 010 0199 STOP"
    )
    assert (message.subject, message.html, message.locale) == (None, None, "en")


def test_a_mail_has_subject_text_and_html(templates: MessageTemplates) -> None:
    message = templates.render("note", Channel.EMAIL, "en", {**VALUES, "first_name": "Ana"})
    assert message.subject == "Hello Ana."
    assert message.text == (
        "Hello,\n\nNorthwind Mobile: 1,234.56 USD\nhttps://pay.example.com/s/AbCdEfGh1234\n"
    )
    link = "https://pay.example.com/s/AbCdEfGh1234"
    assert message.html == (
        '<html lang="en"><title>Hello Ana.</title><h1>Northwind Mobile</h1><p>Hello,</p>\n'
        f'<p>Northwind Mobile: 1,234.56 USD<br>\n<a href="{link}">{link}</a></p></html>'
    )


@settings(deadline=None)
@given(
    st.sampled_from(sorted(set(SAMPLE) - {"portal_link"})),
    st.text("<>&\"'{}%aé/:.=", min_size=1, max_size=40),
)
def test_no_value_becomes_html_or_template(name: str, value: str) -> None:
    for template in ("friendly-reminder", "final-notice"):
        html = SHIPPED.render(template, Channel.EMAIL, "en", {**VALUES, name: value}).html
        honest = SHIPPED.render(template, Channel.EMAIL, "en", {**VALUES, name: "x"}).html
        assert html is not None
        assert honest is not None
        assert html.count("<") == honest.count("<")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "", "//evil.example", "pay"])
def test_only_a_web_link_can_be_clicked(templates: MessageTemplates, link: str) -> None:
    html = templates.render("note", Channel.EMAIL, "en", {**VALUES, "portal_link": link}).html
    assert html is not None
    assert "<a" not in html


def test_a_link_cannot_leave_its_attribute(templates: MessageTemplates) -> None:
    link = 'https://pay.example.com/" onclick="x'
    html = templates.render("note", Channel.EMAIL, "en", {**VALUES, "portal_link": link}).html
    assert html is not None
    assert 'href="https://pay.example.com/&#34; onclick=&#34;x"' in html


def test_without_escaping_a_name_would_be_html(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_files.HTML, "autoescape", False)
    unsafe = MessageTemplates(a_folder(tmp_path))
    html = unsafe.render("note", Channel.EMAIL, "en", {**VALUES, "company": "<b>"}).html
    assert html is not None
    assert "<h1><b></h1>" in html


@pytest.mark.parametrize(
    "value",
    ["Ana\r\nBcc: all@example.com", "Ana\nx", "Ana\rx", "a\0b", "a\x85b", "a\u2028b", "a\u202eb", "a\ud800"],
)
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL])
def test_a_value_cannot_bring_a_header_or_a_hidden_character(
    templates: MessageTemplates, channel: Channel, value: str
) -> None:
    with pytest.raises(RenderRefused, match="the value first_name has a line end") as refusal:
        templates.render("note", channel, "en", {**VALUES, "first_name": value})
    assert value not in str(refusal.value)


def test_a_subject_of_two_lines_is_refused_even_if_values_were_not_looked_at(
    templates: MessageTemplates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.files.templates._check_values", lambda _: None)
    values = {**VALUES, "first_name": "Ana\r\nBcc: all@example.com"}
    with pytest.raises(RenderRefused, match="more than one line"):
        templates.render("note", Channel.EMAIL, "en", values)


def test_names_of_every_script_pass(templates: MessageTemplates) -> None:
    for name in ("Zoë", "Nguyễn", "علی‌رضا", "Ольга", "小雨", "O'Brien", "Ana-María"):
        assert name in templates.render("note", Channel.SMS, "en", {**VALUES, "first_name": name}).text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({key: value for key, value in VALUES.items() if key != "balance"}, r"\['balance'\]"),
        ({**VALUES, "password": "x"}, r"\['password'\]"),
        ({**VALUES, "balance": "9" * 301}, "the value balance is longer than 300"),
    ],
)
def test_exactly_the_listed_values_are_taken(
    templates: MessageTemplates, values: dict[str, str], words: str
) -> None:
    with pytest.raises(RenderRefused, match=words):
        templates.render("note", Channel.SMS, "en", values)


@pytest.mark.parametrize("value", [5, None, object(), type("Sly", (str,), {})("x")])
def test_only_plain_text_is_a_value(templates: MessageTemplates, value: object) -> None:
    values: dict[str, str] = {**VALUES}
    values["balance"] = value  # type: ignore[assignment]
    with pytest.raises(RenderRefused, match="the value balance is no plain text"):
        templates.render("note", Channel.SMS, "en", values)


def test_a_message_that_grew_too_long_is_refused(tmp_path: Path) -> None:
    templates = with_text(tmp_path, SMS + "{{ company }}" * 8)
    with pytest.raises(RenderRefused, match=r"other.sms \(en\) is longer than 1600 letters"):
        templates.render("other", Channel.SMS, "en", {**VALUES, "company": "x" * 300})


def test_the_spaces_of_formatted_money_do_not_double_the_price_of_an_sms(templates: MessageTemplates) -> None:
    values = {**VALUES, "balance": "1\u202f234,56\u00a0€"}
    assert "1 234,56 €" in templates.render("note", Channel.SMS, "en", values).text
    assert "1\u202f234,56\u00a0€" in templates.render("note", Channel.EMAIL, "en", values).text


@pytest.mark.parametrize(
    ("locale", "spoken"),
    [
        ("fr-CA", "fr-CA"),
        ("fr-ca", "fr-CA"),
        ("fr_CA", "fr-CA"),
        ("fr-BE", "fr"),
        ("fr", "fr"),
        ("de", "en"),
        ("", "en"),
        ("  ", "en"),
        ("../../etc", "en"),
        ("zh-Hant-TW", "en"),
    ],
)
def test_a_missing_language_falls_back(tmp_path: Path, locale: str, spoken: str) -> None:
    texts = {"fr__note_sms": SMS, "fr_CA__note_sms": SMS}
    templates = MessageTemplates(a_folder(tmp_path, **texts))
    assert templates.render("note", Channel.SMS, locale, VALUES).locale == spoken


def test_the_chain_of_languages_goes_from_near_to_far() -> None:
    assert list(fallbacks("zh-Hant_TW")) == ["zh-Hant-TW", "zh-Hant", "zh", "en"]


@pytest.mark.parametrize(
    ("name", "channel"), [("other", Channel.SMS), ("note", Channel.VOICE), ("../note", Channel.SMS)]
)
def test_a_text_that_does_not_exist_is_missed_by_name(
    templates: MessageTemplates, name: str, channel: Channel
) -> None:
    with pytest.raises(TemplateMissing, match="there is no template"):
        templates.render(name, channel, "en", VALUES)


def test_all_texts_are_known(tmp_path: Path) -> None:
    templates = MessageTemplates(a_folder(tmp_path, fr__note_sms=SMS))
    assert templates.known() == {
        ("note", Channel.SMS, "en"),
        ("note", Channel.EMAIL, "en"),
        ("note", Channel.SMS, "fr"),
    }


def test_a_folder_with_a_mistake_gives_out_nothing(tmp_path: Path) -> None:
    with pytest.raises(TemplatesRefused, match=r"other.sms.txt:1:1: `For` is nothing"):
        with_text(tmp_path, "{% for x in company %}{{ x }}{% endfor %}")


def test_without_the_allow_list_a_loop_would_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_files, "breaches", lambda *_: ())
    templates = with_text(tmp_path, "{% for x in company %}{{ x }}-{% endfor %}")
    assert templates.render("other", Channel.SMS, "en", {**VALUES, "company": "abc"}).text == "a-b-c-"


def test_without_english_there_is_nothing_to_fall_back_to(tmp_path: Path) -> None:
    write(tmp_path / "layout.html", "{{ body }}")
    write(tmp_path / "fr" / "note.email.txt", MAIL)
    with pytest.raises(TemplatesRefused, match="there is no text in `en`"):
        MessageTemplates(tmp_path)


@pytest.mark.parametrize(
    "layout", ["{{ body | safe }}", "{{ secret }}", "<img src='https://x.example'>{{ body }}"]
)
def test_the_layout_may_do_no_more_than_a_message(tmp_path: Path, layout: str) -> None:
    folder = a_folder(tmp_path)
    write(folder / "layout.html", layout)
    with pytest.raises(TemplatesRefused, match=r"layout.html:1:1"):
        MessageTemplates(folder)


def test_a_folder_needs_its_layout(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "layout.html").unlink()
    with pytest.raises(TemplatesRefused, match=r"layout.html:1:1: there is no such file"):
        MessageTemplates(folder)


def test_windows_line_ends_make_no_other_message(tmp_path: Path) -> None:
    plain = MessageTemplates(a_folder(tmp_path / "a"))
    write(tmp_path / "b" / "layout.html", (tmp_path / "a" / "layout.html").read_text())
    write(tmp_path / "b" / "en" / "note.email.txt", MAIL.replace("\n", "\r\n"))
    windows = MessageTemplates(tmp_path / "b")
    assert windows.render("note", Channel.EMAIL, "en", VALUES) == plain.render(
        "note", Channel.EMAIL, "en", VALUES
    )
