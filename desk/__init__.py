"""The desk: Pledgebook's pages in Fava.

    1999-12-31 custom "fava-extension" "pledgebook.desk"

One line in a book gives all pages. Each is an extension of Fava's of its own, since Fava gives each
extension one link in its sidebar, one template and one script; it makes one of every class that it
finds in this module, so only the pages are named here.
"""

from __future__ import annotations

from pledgebook.desk.close import Close
from pledgebook.desk.contributions import Contributions
from pledgebook.desk.donor import Donor
from pledgebook.desk.inbox import Inbox
from pledgebook.desk.letters import Letters
from pledgebook.desk.log import Log
from pledgebook.desk.paragraphs import Paragraphs
from pledgebook.desk.reconcile import Reconcile
from pledgebook.desk.record import Record
from pledgebook.desk.reports import Reports
from pledgebook.desk.setup import Setup
from pledgebook.desk.today import Today

__all__ = [
    "Close",
    "Contributions",
    "Donor",
    "Inbox",
    "Letters",
    "Log",
    "Paragraphs",
    "Reconcile",
    "Record",
    "Reports",
    "Setup",
    "Today",
]
