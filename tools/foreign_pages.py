"""What a page of another origin can try on a book that is open in the same browser.

It knows everything: the book's address, paths, digests, entries, and what each endpoint takes. It
sends each write by every way a page has, and tries to read, to embed and to frame.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from hostile_book import SLUG, HostileBook
from playwright.sync_api import Browser, Error
from playwright.sync_api import Page as Window
from pledgebook import desk
from pledgebook.desk.page import Page
from werkzeug.wrappers import Request

Write = tuple[str, str, str]
"""What would be written: method, endpoint below the book's address, and body."""

_KINDS = (
    "application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
    "application/octet-stream", "",
)  # fmt: skip
_SEND = """async ([writes, kinds]) => {
  const sent = [];
  const way = (name, go) => sent.push(Promise.resolve().then(go).catch(() => name));
  for (const [method, url, body] of writes) {
    for (const kind of kinds) {
      const headers = kind ? {"Content-Type": kind} : {};
      for (const verb of new Set([method, "POST", "GET"])) {
        for (const mode of ["cors", "no-cors", "same-origin"]) {
          const more = verb === "GET" ? {} : {body};
          const asked = {method: verb, mode, headers, credentials: "include", ...more};
          way("fetch", () => fetch(url, asked));
        }
      }
      way("beacon", () => navigator.sendBeacon(url, new Blob([body], {type: kind})));
    }
    way("keepalive", () => fetch(url, {method, body, keepalive: true, mode: "no-cors"}));
    way("request", () => new Promise((done) => {
      const asked = new XMLHttpRequest();
      asked.onloadend = done;
      asked.open(method, url);
      asked.setRequestHeader("Content-Type", "application/json");
      asked.send(body);
    }));
    for (const enctype of kinds.slice(1, 4)) {
      const frame = document.createElement("iframe");
      frame.name = `frame${sent.length}`;
      const form = document.createElement("form");
      Object.assign(form, {method: "post", action: url, enctype, target: frame.name});
      const field = document.createElement("input");
      const at = body.indexOf("=") + 1;
      [field.name, field.value] = at ? [body.slice(0, at - 1), body.slice(at)] : [body, ""];
      form.append(field);
      document.body.append(frame, form);
      way("form", () => form.submit());
    }
  }
  await Promise.all(sent);
  return sent.length;
}"""
_READ = """async (urls) => {
  const read = [];
  const loads = (tag, attribute, url, more = {}) => new Promise((done) => {
    const each = document.createElement(tag);
    Object.assign(each, more);
    each.onload = () => { read.push(`${tag} ${url}`); done(); };
    each.onerror = done;
    setTimeout(done, 3000);
    each.setAttribute(attribute, url);
    document.body.append(each);
  });
  const tried = [];
  for (const url of urls) {
    for (const credentials of ["omit", "include"]) {
      const asked = fetch(url, {credentials});
      tried.push(asked.then(() => read.push(`fetch ${url}`)).catch(() => 0));
    }
    tried.push(loads("img", "src", url), loads("script", "src", url));
    tried.push(loads("script", "src", url, {type: "module"}));
    tried.push(loads("link", "href", url, {rel: "stylesheet"}));
    tried.push(loads("video", "src", url));
  }
  await Promise.all(tried);
  return [tried.length, read];
}"""
_FRAME = """async (urls) => {
  const seen = [];
  for (const url of urls) {
    for (const tag of ["iframe", "object", "embed"]) {
      const each = document.createElement(tag);
      each.setAttribute(tag === "object" ? "data" : "src", url);
      document.body.append(each);
      seen.push(each);
    }
  }
  await new Promise((done) => setTimeout(done, 1500));
  return seen.length;
}"""
_OPEN = """async (url) => {
  const opened = window.open(url);
  await new Promise((done) => setTimeout(done, 1500));
  try {
    const at = !opened || opened.closed ? "about:blank" : opened.location.href;
    return at === "about:blank" ? "" : `reads ${at}`;
  } catch {
    return "holds it";
  }
}"""


@dataclass
class Told:
    """What foreign pages tried and what came of it: attempts by kind, answers to their requests
    that write by status, and whatever got through.
    """

    tried: Counter[str] = field(default_factory=Counter)
    answered: Counter[int] = field(default_factory=Counter)
    through: list[str] = field(default_factory=list)


def listen(app: Flask, told: Told) -> None:
    """Keep the status of what another origin asks an application to write."""
    inner: Callable[..., Iterable[bytes]] = app.wsgi_app

    def outer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        foreign = request.headers.get("Origin", request.host_url.rstrip("/"))

        def begin(status: str, *more: Any) -> Any:
            if request.method not in {"GET", "OPTIONS"} and foreign != request.host_url.rstrip("/"):
                told.answered[int(status[:3])] += 1
                if status[0] == "2":
                    told.through.append(f"{request.method} {request.path} was answered {status}")
            return start(status, *more)

        return inner(environ, begin)

    app.wsgi_app = outer  # type: ignore[method-assign]


def attack_from(browser: Browser, origin: str, base: str, book: HostileBook, told: Told) -> None:
    """Let a page of another origin try everything on the book that is served at `base`."""
    page = browser.new_page()
    page.goto(origin)
    try_to_write(page, base, list_writes(book), told)
    reads = [f"{base}/{SLUG}/{path}" for path in _reads(book)]
    tried, read = page.evaluate(_READ, reads)
    told.tried["read"] += tried
    told.through += [f"{origin} reads by {each}" for each in read]
    page.goto(origin)
    told.tried["frame"] += page.evaluate(_FRAME, reads)
    for frame in page.frames:
        with suppress(Error):
            if frame.url.startswith(base) and frame.evaluate("document.body.innerText.trim()"):
                told.through.append(f"{origin} frames {frame.url}")
    for url in reads[:3]:
        told.tried["window"] += 1
        if said := page.evaluate(_OPEN, url):
            told.through.append(f"{origin} opens {url} and {said}")
    page.close()


def try_to_write(page: Window, base: str, writes: Sequence[Write], told: Told) -> None:
    """Let a page of another origin send writes by every way it has."""
    sent = [[verb, f"{base}/{SLUG}/{path}", body] for verb, path, body in writes]
    for at in range(0, len(sent), 4):  # a page of Chromium has so many sockets at a time
        told.tried["write"] += page.evaluate(_SEND, [sent[at : at + 4], _KINDS])


def list_writes(book: HostileBook) -> list[Write]:
    """Return what all endpoints that write would take."""
    source = book.main.read_text("utf-8")
    file = {
        "file_path": str(book.main),
        "source": f"{source}; foreign\n",
        "sha256sum": sha256(source.encode()).hexdigest(),
    }
    note = {
        "t": "Note", "date": "2002-03-01", "account": "Assets:CPCJF:Cash", "comment": "foreign",
        "meta": {},
    }  # fmt: skip
    paper = str(book.files["html"])
    entry = "0" * 32
    puts: dict[str, Mapping[str, Any]] = {
        "source": file,
        "source_slice": {"entry_hash": entry, "source": "", "sha256sum": ""},
        "add_entries": {"entries": [note]},
        "attach_document": {"filename": paper, "entry_hash": entry},
        "move": {"filename": paper, "account": "Assets:CPCJF:Cash", "new_name": "foreign"},
        "format_source": {"source": source},
        "add_document": {"folder": "documents", "account": "Assets:CPCJF:Cash"},
        "upload_import_file": {},
    }
    deleted = urlencode({"filename": paper})
    sliced = urlencode({"entry_hash": entry, "sha256sum": ""})
    return [
        *(("PUT", f"api/{name}", json.dumps(body)) for name, body in puts.items()),
        ("DELETE", f"api/document?{deleted}", ""),
        ("DELETE", f"api/source_slice?{sliced}", ""),
        *(("POST", path, json.dumps({"book": "", "all": True})) for path in _own_endpoints()),
    ]


def _own_endpoints() -> list[str]:
    """The desk's endpoints that write, as they are declared."""
    found = []
    for name in desk.__all__:
        page: type[Page] = getattr(desk, name)
        for method in vars(page).values():
            endpoint, verbs = getattr(method, "endpoint_key", ("", []))
            if "POST" in verbs:
                found.append(f"extension/{name}/{endpoint}")
    return found


def _reads(book: HostileBook) -> list[str]:
    paper = urlencode({"filename": str(book.files["js"])})
    return [
        "journal/", "extension/Contributions/", "editor/", "api/source", "api/journal",
        f"document/?{paper}", "extension_js_module/Record.js", "extension/Contributions/desk.js",
        "download-journal/", "extension/Reports/download?name=schedule&form=.csv",
    ]  # fmt: skip
