"""What all pages of the desk share: how one is made, how it says what is wrong, how it writes.

A page is a class, a template and a script of its name. The class says what the page shows
(`view`, from the address to data), the template how; both are thin, and what they show is computed
by `pledgebook.ledger` and `pledgebook.reports`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cached_property, wraps
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from textwrap import shorten
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlencode

from fava.core import FavaLedger
from fava.ext import FavaExtensionBase, extension_endpoint
from flask import Response, abort, current_app, jsonify, request, send_file
from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader
from markupsafe import Markup
from msgspec import structs
from pledgebook.desk.choosing import desk_answering
from pledgebook.desk.entries import find_paper
from pledgebook.desk.fields import FieldFaultError, told
from pledgebook.desk.guarding import (
    RequestRefusedError,
    is_read_only,
    read_file,
    read_form,
)
from pledgebook.desk.guide import guide_to
from pledgebook.desk.kind_words import words_of_kinds
from pledgebook.desk.loaded import Desk, desk_of
from pledgebook.desk.login import logged_in
from pledgebook.desk.plain_words import in_page_words, said_on_page
from pledgebook.desk.rights import may, refuse_without_role, who_acts
from pledgebook.desk.saving import finish_interrupted
from pledgebook.desk.texts import accept_language, day_text, gettext, ngettext, spoken
from pledgebook.ledger.declared.persons import NotAllowedError
from pledgebook.ledger.findings import BookChangedError, RefusedError
from pledgebook.ledger.occasion import Occasion, on_occasion
from pledgebook.ledger.register.book import digest_of
from pledgebook.reports.render.texts import amount_text
from werkzeug.exceptions import HTTPException

_LOG = logging.getLogger(__name__)
_HERE = Path(__file__).parent
_TEMPLATES = _HERE / "templates"
_FILTERS = ("time", "account", "filter")
"""Arguments of an address that Fava's own filters use; pages of the desk go by their own."""

PageT = TypeVar("PageT", bound="Page")


Method = Callable[[PageT], Response]


def served(name: str, verb: str = "GET") -> Callable[[Method[PageT]], Method[PageT]]:
    """Mark a page's method as what answers at `name` below the page's address. Where it cannot, a
    sentence says why.
    """

    def decorate(method: Method[PageT]) -> Method[PageT]:
        @wraps(method)
        def endpoint(self: PageT) -> Response:
            try:
                return method(self)
            except HTTPException:
                raise
            except Exception as error:  # noqa: BLE001 - a page gets an answer in any case
                return Response(*_told(error, name), mimetype="text/plain")

        return _marked(endpoint, name, verb)

    return decorate


def _marked(endpoint: Method[PageT], name: str, verb: str) -> Method[PageT]:
    mark: Any = extension_endpoint(name, [verb])  # Fava leaves it half typed
    return cast("Method[PageT]", mark(endpoint))


def _told(error: Exception, what: str) -> tuple[str, HTTPStatus]:
    """Return what a reader is told of an error, and under which status: the sentence of a refusal;
    of anything else, which is a fault of the program, its name, and the log has the rest.
    """
    if isinstance(error, RefusedError):
        status = HTTPStatus.FORBIDDEN if isinstance(error, NotAllowedError) else HTTPStatus.CONFLICT
        if isinstance(error, RequestRefusedError):
            status = error.status
        return in_page_words(str(error)), status
    _LOG.error("%s could not be made", what, exc_info=error)
    return f"{type(error).__name__}: {error}", HTTPStatus.INTERNAL_SERVER_ERROR


_TELLING = (
    "event", "part", "kind", "file", "receipt", "label", "number", "reference", "period", "donor",
    "instalment", "paid", "amount", "name",
)  # fmt: skip
"""What a form says that tells writes of one page apart in the log."""
_LONGEST_WORD = 60


def _occasion(page: Page, name: str, given: object) -> Occasion:
    """Return the occasion of a write: the same form means the same, whichever book was shown."""
    what, form = f"{page.name} {name}", given
    if isinstance(given, dict):
        form = sorted((key, value) for key, value in given.items() if key != "book")
        values = given.get("values")
        said = {**(values if isinstance(values, dict) else {}), **given}
        words = [said[key] for key in _TELLING if isinstance(said.get(key), str) and said[key]]
        about = ", ".join(shorten(each, _LONGEST_WORD, placeholder=" …") for each in words)
        what += f": {about}" if about else ""
    occasion = Occasion(
        door="desk", what=what, key=digest_of(repr((page.name, name, form)).encode())
    )
    return structs.replace(occasion, by=who_acts())


class PageRefusedError(RefusedError):
    """A page that cannot be shown as its address asks; `setup` is the section of Setup where that
    is mended.
    """

    def __init__(self, message: str, *, setup: str = "") -> None:
        super().__init__(message)
        self.setup = setup


class Page(FavaExtensionBase):
    """One page. A subclass has a `title` and a `view`, and stands in `desk/__init__.py`."""

    title: str
    """The page's name in the sidebar, in English; `marked`, to be translated when it is read."""

    role = "record"
    """The role that what it offers takes; "" where each thing takes its own."""

    by_period = False
    """Whether the page reads the period of its address, and no other book than that period's can
    answer."""

    has_js_module = True

    def __init__(self, ledger: FavaLedger, config: str | None = None) -> None:
        """Make the page once a process. There is nothing to configure; what is given is said and
        not raised, since an exception here keeps Fava from showing the book.
        """
        super().__init__(ledger, None)
        self.left_aside = "" if config is None else repr(config)

    @property
    def report_title(self) -> str:  # type: ignore[override]
        """The page's name in the sidebar, in the reader's language."""
        return gettext(self.title)

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return what the template shows for an address. Raises PageRefusedError, SelectionError
        for what cannot be shown.
        """
        raise NotImplementedError

    def desk(self, asked: Mapping[str, str]) -> Desk:
        """Return the desk that answers for an address: of history.beancount for a closed period.
        Raises SelectionError, BookRefusedError.
        """
        desk = desk_of(self.ledger)
        return desk_answering(desk, asked) if self.by_period else desk

    def after_load_file(self) -> None:
        """Take the book as Fava loaded it, and its files' digests before they change again."""
        accept_language(self.ledger)
        try:
            desk_of(self.ledger)
        except Exception:  # noqa: BLE001 - an exception here keeps Fava from showing the book
            _LOG.exception("The book could not be taken over; its pages will say why.")

    @cached_property
    def jinja_env(self) -> Environment:
        """Fava's environment with our templates. What Fava renders as the page is `page()`, which
        catches what goes wrong.
        """
        page = DictLoader({f"{self.name}.html": "{{ extension.page() }}"})
        assert current_app.jinja_loader is not None
        loader = ChoiceLoader([page, FileSystemLoader(_TEMPLATES), current_app.jinja_loader])
        environment = current_app.jinja_env.overlay(loader=loader)
        environment.globals = {
            **environment.globals,
            "_": gettext,
            "gettext": gettext,
            "ngettext": ngettext,
        }
        own = {"amount": amount_text, "day": day_text, "said": said_on_page}
        environment.filters = {**environment.filters, **own}
        return environment

    def page(self) -> Markup:
        """Return the page, or a readable message of what is wrong."""
        try:
            finish_interrupted(self.ledger)
            if "guide" in request.args:
                return self._render("guide.html", desk=desk_of(self.ledger), guide=self._guide)
            desk = self.desk(request.args)
            shown = self.view(desk, request.args)
            return self._render(f"{self.name.lower()}.html", desk=desk, **shown)
        except Exception as error:  # noqa: BLE001 - a reader gets a page in any case
            said, status = _told(error, self.name)
            is_fault = status is HTTPStatus.INTERNAL_SERVER_ERROR
            shown = {"fault": said} if is_fault else {"message": said}
            shown["setup"] = getattr(error, "setup", "")
            return self._render("message.html", desk=None, **shown)

    def may(self, role: str) -> bool:
        """Tell whether who acts has a role (`rights.may`)."""
        return may(self.ledger, role)

    @property
    def there(self) -> frozenset[str]:
        """The names of the desk's pages that there are."""
        return frozenset(each.name for each in self.ledger.extensions.extension_details)

    @property
    def _guide(self) -> Markup:
        return guide_to(type(self).title)

    def part(self, template: str, view: Callable[[Desk], Mapping[str, Any]]) -> Response:
        """Give a part of the page by itself, for the page's script to put in its place; what is
        refused is given as a plain sentence.
        """
        desk = desk_of(self.ledger)
        text = self._render(template, desk=desk, **view(desk))
        return Response(text, mimetype="text/html")

    def _render(self, template: str, *, desk: Desk | None, **shown: Any) -> Markup:
        text = self.jinja_env.get_template(template).render(
            extension=self,
            desk=desk,
            donor_kinds=words_of_kinds(desk.book.settings.donors.kinds) if desk else {},
            ledger=self.ledger,
            read_only=is_read_only() or not self.may(self.role),
            may=lambda role: not is_read_only() and self.may(role),
            kept_from="" if is_read_only() or self.may(self.role) else who_acts(),
            user=logged_in(),
            filtered=any(request.args.get(name) for name in _FILTERS),
            address=address,
            searched=request.args.get("q", ""),
            spoken=spoken(),
            there=self.there,
            when={name: request.args.get(name, "") for name in ("period", "as_at")},
            **shown,
        )
        return Markup(text)  # noqa: S704 - the template escaped it

    @served("desk.css")
    def style(self) -> Response:
        """Give the pages' style sheet."""
        return send_file(_HERE / "desk.css")

    @served("guide")
    def guide(self) -> Response:
        """Give the help of the page by itself, for its script to show beside it."""
        return Response(self._guide, mimetype="text/html")

    @served("book")
    def present_book(self) -> Response:
        """Say which book there is now, by its digest, as JSON: a page that shows it is current."""
        self.ledger.changed()
        return jsonify({"book": desk_of(self.ledger).book.sha256})

    @served("paper")
    def paper(self) -> Response:
        """Hand out a file of the book's folders for papers. It is never shown as a page of this
        origin: a paper may be anything that a donor sent.
        """
        path = find_paper(desk_of(self.ledger).book, request.args.get("path", ""))
        if path is None:
            return abort(HTTPStatus.NOT_FOUND)
        answer = send_file(path, as_attachment=True)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Content-Security-Policy"] = "sandbox"
        return answer

    @served("closed")
    def closed(self) -> Response:
        """Show a file of a closed period as plain text: Fava's editor knows only what it loaded."""
        desk = self.desk(request.args)
        path = request.args.get("path", "")
        if path not in desk.closed_files or not Path(path).is_file():
            return abort(HTTPStatus.NOT_FOUND)
        answer = Response(Path(path).read_bytes(), mimetype="text/plain")
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Content-Security-Policy"] = "sandbox"
        return answer

    @served("desk.js")
    def script(self) -> Response:
        """Give what the pages' scripts share."""
        return send_file(_HERE / "desk.js")

    @served("around.js")
    def around(self) -> Response:
        """Give what the desk adds around Fava's pages."""
        return send_file(_HERE / "around.js")


def address(page: str, endpoint: str = "", /, **asked: object) -> str:
    """Return the address of a page of the desk, with Fava's filters carried along, or of an
    endpoint of it. What is empty is left out.
    """
    given = {key: str(value) for key, value in asked.items() if value not in (None, "")}
    url_for: Any = current_app.jinja_env.globals["url_for"]
    if not endpoint:
        return str(url_for("extension_report", extension_name=page, **given))
    # Fava's route names this part as its own function names its first argument.
    base = str(url_for("extension_report", extension_name=page)).partition("?")[0]
    return f"{base}{quote(endpoint)}{'?' if given else ''}{urlencode(given)}"


def as_file(content: bytes, name: str) -> Response:
    """Answer with a file to keep."""
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


def writing(
    name: str, *, takes: str, takes_file: bool = False, renews: bool = False
) -> Callable[[Callable[[PageT, Any], Mapping[str, Any]]], Callable[[PageT], Response]]:
    """Mark a page's method as an endpoint that may write, for who has the role it `takes` ("" where
    the writer says which): it is given the form (a dict) or, with
    `takes_file`, the file's bytes that the page sent, and returns what to answer. What it writes is
    what a person filled in, and nothing that the page computed: with `renews` a form that was
    refused since the book was changed meanwhile can be sent again, into the book as it is now.

    The answer is JSON: what the method returns, what is told of a field's fault (`fields.told`) or,
    where it is refused, {"refused": sentence}.
    """

    def decorate(
        method: Callable[[PageT, Any], Mapping[str, Any]],
    ) -> Callable[[PageT], Response]:
        @wraps(method)
        def endpoint(self: PageT) -> Response:
            try:
                given = read_file() if takes_file else read_form()
                refuse_without_role(self.ledger, takes)
                with on_occasion(_occasion(self, name, given)):
                    return jsonify(method(self, given))
            except FieldFaultError as error:
                return jsonify(told(error))
            except Exception as error:  # noqa: BLE001 - a page gets an answer in any case
                said, status = _told(error, name)
                if status is HTTPStatus.INTERNAL_SERVER_ERROR:
                    warning = gettext("This failed; look at the book before you repeat it.")
                    said = f"{warning} {said}"
                answered = {"refused": said}
                if renews and isinstance(error, BookChangedError):
                    self.ledger.changed()
                    answered = {
                        "refused": gettext(
                            "The book was changed meanwhile, and nothing was written. What you "
                            "filled in stays: look whether it is still right, and send it again."
                        ),
                        "book": desk_of(self.ledger).book.sha256,
                    }
                answer = jsonify(answered)
                answer.status_code = status
                return answer

        return _marked(endpoint, name, "POST")

    return decorate
