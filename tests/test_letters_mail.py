"""Letters as e-mails to be sent (all names and amounts made up)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pledgebook.cli.main import group
from pledgebook.ledger.declared.stationery import is_email
from pledgebook.ledger.files.loading import load_book
from pledgebook.reports.figures.selection import select
from pledgebook.reports.letters import Letter, Papers, make_letter
from pledgebook.reports.letters.render import render_letters, render_mails, to_mail
from test_desk_donors import Desk

LINE = '1999-12-31 custom "fava-extension" "pledgebook.desk"\n'
MAILED = """
1999-12-31 custom "addressee" "DEU" "Permanent Mission of Germany (example)"
  email: "mission@example.org | fund.desk@example.org"
"""
HEADERS = {"subject", "to", "x-unsent", "mime-version", "content-type"}


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory, copy_golden: Callable[..., Path]) -> Letter:
    book = load_book(copy_golden(tmp_path_factory.mktemp("mailed"), MAILED))
    assert book.errors == []
    return make_letter(Papers(select(book, "2002-2003")), "statement", "DEU", day=date(2004, 1, 20))


def read_mail(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return mail


def attachment(mail: EmailMessage) -> tuple[str | None, bytes]:
    (part,) = mail.iter_attachments()
    content = part.get_content()
    assert isinstance(content, bytes)
    return part.get_filename(), content


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_an_email_is_addressed_says_the_letter_and_brings_it(letter: Letter) -> None:
    files = render_letters([letter], ["docx", "eml"])
    mail = read_mail(files[f"{letter.file}.eml"])
    assert mail["To"] == "mission@example.org, fund.desk@example.org"
    assert (mail["Subject"], mail["X-Unsent"]) == (letter.subject, "1")
    assert attachment(mail) == (f"{letter.file}.docx", files[f"{letter.file}.docx"])
    said = text_of(mail)
    assert letter.salutation in said
    for table in letter.tables:
        assert table.caption in said
    assert render_mails([letter], "docx") == {f"{letter.file}.eml": files[f"{letter.file}.eml"]}


def test_an_email_to_nobody_known_leaves_the_addressee_open(letter: Letter) -> None:
    mail = read_mail(to_mail(replace(letter, email=()), "a.docx", b"x"))
    assert mail["To"] is None
    assert mail["X-Unsent"] == "1"


CHARACTERS = '\r\n\t\0\x0b\x0c\x1c\x85\u2028\u2029\u202e,;:<>"@=?é€م '
KNOWN = (
    "A\r\nBcc: all@example.org\r\n\r\nnew body",
    "=?utf-8?q?A=0D=0ABcc:_all=40example.org?=",
    "é" * 70 + ", <other@example.org>",
    "--=_" + "0" * 64 + "--",
    "\n.\n",
    "a\u2028Bcc: b@example.org",
)
HOSTILE = st.sampled_from(KNOWN) | st.text(
    st.sampled_from(CHARACTERS) | st.characters(), max_size=200
)


@settings(max_examples=60)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_of_a_book_adds_a_header_an_addressee_or_a_part(
    letter: Letter, subject: str, name: str, word: str
) -> None:
    hostile = replace(
        letter,
        subject=subject,
        heading=(name,),
        addressee=(name,),
        salutation=word,
        signature=(word,),
        body=(*letter.body[:1], *letter.tables),
    )
    content = to_mail(hostile, "letter.docx", b"the letter")
    mail = read_mail(content)
    assert {each.lower() for each in mail.keys()} == HEADERS  # noqa: SIM118 - names repeat
    assert len(mail.keys()) == len(HEADERS)
    assert [each.addr_spec for each in mail["To"].addresses] == list(letter.email)
    assert attachment(mail) == ("letter.docx", b"the letter")
    assert len(list(mail.walk())) == 3
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert message_from_bytes(content, policy=SMTP)["bcc"] is None
    assert to_mail(hostile, "letter.docx", b"the letter") == content


@pytest.mark.parametrize("text", [
    "Mission <mission@example.org>", "mission@example", "a@b@example.org", "@example.org",
    "a b@example.org", "a@example.org\nBcc: b@example.org", "a@example.org,b@example.org",
    ".a@example.org", "a@-example.org", "é@example.org", "a" * 65 + "@example.org",
    '"a"@example.org', "a@[127.0.0.1]", "a@example.org\n",
])  # fmt: skip
def test_what_is_no_address_is_no_address(text: str) -> None:
    assert not is_email(text)


def test_what_an_addressee_may_be_mailed_at_is_held(
    tmp_path: Path, copy_golden: Callable[..., Path]
) -> None:
    wrong = MAILED.replace("mission@example.org", "Mission <mission@example.org>")
    (error,) = load_book(copy_golden(tmp_path, wrong)).errors
    assert "which is no address" in error.message


def test_the_desk_hands_out_one_email_or_all_as_an_archive(
    tmp_path: Path, copy_golden: Callable[..., Path]
) -> None:
    desk = Desk(copy_golden(tmp_path / "book", LINE))
    asked = {"kind": "statement", "period": "2002-2003"}
    said = {"name": "Permanent Mission (example)", "email": "mission@example.org"}
    wrong = desk.post("Donor/address", donor="DEU", values=said | {"email": "mission"})
    assert wrong["field"] == "email"
    assert "where" in desk.post("Donor/address", donor="DEU", values=said)
    assert load_book(desk.main).settings.stationery.addressees["DEU"].lines("email", "en") == (
        "mission@example.org",
    )
    page = desk.page("Letters", **asked)
    assert "form=eml" in page
    assert "no e-mail address" in page
    where = f"/{desk.base}/extension/Letters/letter"
    one = desk.fava.get(where, query_string=asked | {"donor": "DEU", "form": "eml"})
    assert ".eml" in one.headers["Content-Disposition"]
    assert read_mail(one.data)["To"] == "mission@example.org"
    whole = desk.fava.get(where, query_string=asked | {"form": "eml"})
    with zipfile.ZipFile(io.BytesIO(whole.data)) as archive:
        mails = [read_mail(archive.read(name)) for name in archive.namelist()]
    assert len(mails) > 1
    assert [mail["To"] for mail in mails if mail["To"]] == ["mission@example.org"]


def test_the_command_writes_emails(tmp_path: Path, copy_golden: Callable[..., Path]) -> None:
    main = copy_golden(tmp_path / "book", MAILED)
    out = tmp_path / "out"
    said = CliRunner().invoke(group, [
        "--book", str(main), "letter", "statement", "--donor", "DEU", "--period", "2002-2003",
        "--format", "eml", "--out", str(out),
    ])  # fmt: skip
    assert said.exit_code == 0, said.output
    (path,) = out.iterdir()
    assert read_mail(path.read_bytes())["To"] == "mission@example.org, fund.desk@example.org"
