"""A letter as an e-mail that nobody sent yet: a file `.eml`, which a mail program opens to be sent.

The addressee is the donor's as declared (`email:`), its address alone: names in headers are where
mail programs read another addressee into one. It bears `X-Unsent` and no sender, which the program
that sends it fills in. The text is the letter's; the letter itself is attached.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from mimetypes import guess_type

from pledgebook.reports.letters.letter import Facts, Letter, Paragraph, Table, written


def to_mail(letter: Letter, attached: str, content: bytes) -> bytes:
    """Return the e-mail that brings a letter, `content` attached under the name `attached`. It is
    the same for the same letter.
    """
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = _line(letter.subject).replace("=?", "= ?")  # else read as an encoded word
    if letter.email:
        mail["To"] = [Address(addr_spec=each) for each in letter.email]
    mail["X-Unsent"] = "1"
    mail.set_content("\n".join(_text(letter)) + "\n", cte="quoted-printable")
    kind = guess_type(attached)[0] or "application/octet-stream"
    maintype, _, subtype = kind.partition("/")
    mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=attached)
    mail.set_boundary("=_" + hashlib.sha256(content).hexdigest())  # else a random one
    return mail.as_bytes()


def _line(text: str) -> str:
    """Return a text on one line: what would end a header, or hide in it, is a space."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _text(letter: Letter) -> Iterator[str]:
    """Yield the lines of a letter's text."""
    yield from map(_line, filter(None, (letter.notice, *letter.banner)))
    yield from (f"{_line(name)}: {_line(value)}" for name, value in letter.facts.pairs)
    yield ""
    yield _line(letter.salutation)
    for block in letter.body:
        yield ""
        match block:
            case Paragraph():
                yield _line(block.text)
            case Facts():
                yield from (f"{_line(name)}: {_line(value)}" for name, value in block.pairs)
            case Table():
                yield from _table(letter, block)
    yield ""
    yield from map(_line, filter(None, (letter.closing, *letter.signature, *letter.heading)))


def _table(letter: Letter, table: Table) -> Iterator[str]:
    yield _line(table.caption)
    yield " | ".join(_line(heading.title) for heading in table.headings)
    for line in table.lines:
        yield " | ".join(map(_line, written(letter, table, line)))
    if table.note:
        yield _line(table.note)
