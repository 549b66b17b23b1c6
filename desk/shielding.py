"""What a browser may do with an answer: no text of a ledger runs, and no file becomes a page.

Words of outsiders stand in a book: a bank's remittance text, a donor's name, a file's name. Four
things keep them from doing anything in the reader's browser, each by itself:

1. Fava's journal writes them into its page unescaped (docs/upstream.md). Here every template
   escapes.
2. A page may run scripts of three places only: Fava's static files, the modules of extensions and
   what these share (`SCRIPTS`). They are named by their paths, since `'self'` would cover filed
   documents.
3. A document, statement or download is bytes to keep, never a script, a style or a page. Pictures
   and the text of a file can be looked at in Fava's preview.
4. What is neither page nor file (data, parts of pages, errors) may do nothing if it is opened by
   itself.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

from fava.context import g
from flask import Flask, Response, request, url_for
from jinja2.ext import Extension
from werkzeug.exceptions import SecurityError

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # Fava's /jump goes back by it
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-DNS-Prefetch-Control": "off",
}
"""What every answer says."""

_ALONE = "default-src 'none'; base-uri 'none'; form-action 'none'; sandbox"
NOTHING = f"{_ALONE}; frame-ancestors 'none'"
"""The policy of all that is no page."""

FILES = frozenset({"document", "statement", "download_query", "download_journal"})
"""Fava's endpoints that hand out files."""

SCRIPTS = ("desk.js", "around.js")
"""What the pages' scripts share; they ask for it under one address."""

PICTURES = frozenset({"image/bmp", "image/gif", "image/jpeg", "image/png", "image/webp"})
"""Types that hold nothing but a picture; SVG may hold scripts."""

_SVELTE = b64encode(sha256(b"display: contents").digest()).decode()
"""The one style that Fava's forms have in an attribute."""

_BYTES = "application/octet-stream"
_FRAMES = frozenset({"embed", "frame", "iframe", "object"})


class EscapeAlways(Extension):
    """Turns escaping on again where a template of Fava's turns it off."""

    _OFF = re.compile(r"(\{%[-+]?\s*autoescape\s+)false\b")

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        """Return a template's source, escaping throughout."""
        return self._OFF.sub(r"\1true", source)


def shield(app: Flask) -> None:
    """Escape in every template, and say with every answer what a browser may do with it."""
    app.jinja_env.add_extension(EscapeAlways)

    @app.after_request
    def limit(answer: Response) -> Response:
        headers = {**HEADERS, "Content-Security-Policy": NOTHING}
        if _is_file(answer):
            if request.headers.get("Sec-Fetch-Dest") in _FRAMES:
                answer.close()
                answer = _told_in_its_frame()
                headers["X-Frame-Options"] = "SAMEORIGIN"
                headers["Content-Security-Policy"] = f"{_ALONE}; frame-ancestors 'self'"
            else:
                _keep_from_opening(answer)
        elif _is_page(answer):
            headers["Content-Security-Policy"] = page_policy()
        answer.headers.update(headers)
        return answer


def page_policy() -> str:
    """Return the policy of a page of the book that is asked for. Its places are named by the host
    of the request and have the page's own scheme.
    """
    static = request.host + url_for("static", filename="")
    book = request.host + url_for("index", bfile=g.beancount_file_slug)
    shared = " ".join(f"{book}extension/Contributions/{name}" for name in SCRIPTS)
    scripts = f"{static} {book}extension_js_module/ {shared}"
    rules = {
        "default-src": "'none'",
        "script-src": f"{scripts} 'wasm-unsafe-eval'",  # Fava's editor parses in WebAssembly
        "style-src-elem": f"{static} {book}extension/ 'unsafe-inline'",  # it styles itself so
        "style-src-attr": f"'unsafe-hashes' 'sha256-{_SVELTE}'",
        "img-src": f"{static} {book}document/ data:",
        "font-src": static,
        "connect-src": "'self'",
        "frame-src": f"{book}document/",
        "object-src": f"{book}document/",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {places}" for name, places in rules.items())


def _is_file(answer: Response) -> bool:
    if answer.status_code >= 400:
        return False  # an error in words
    disposition = answer.headers.get("Content-Disposition", "")
    return request.endpoint in FILES or disposition.startswith("attachment")


def _is_page(answer: Response) -> bool:
    """Whether an answer is a page of a book as Fava lays it out. What a script asks for and puts
    into a page is none.
    """
    is_part = request.endpoint == "extension_endpoint" or "partial" in request.args
    return answer.mimetype == "text/html" and not is_part and _names_a_book()


def _names_a_book() -> bool:
    try:
        return bool(request.host) and getattr(g, "ledger", None) is not None
    except SecurityError:  # not one of the hosts that are answered
        return False


def _keep_from_opening(answer: Response) -> None:
    """Let a file be kept under its name, whatever it is, and not be opened in the browser."""
    _kind, _, name = answer.headers.get("Content-Disposition", "").partition(";")
    answer.headers["Content-Disposition"] = f"attachment;{name}" if name else "attachment"
    if answer.mimetype not in PICTURES:
        answer.headers["Content-Type"] = _BYTES


def _told_in_its_frame() -> Response:
    return Response(
        "A file is not opened within a page, since it may hold anything that somebody sent. Its "
        "links in the journal and on the pages of the desk hand it out to be kept.",
        mimetype="text/plain",
    )
