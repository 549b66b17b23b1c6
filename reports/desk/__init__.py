"""The desk: Pledgebook's pages in Fava.

    1999-12-31 custom "fava-extension" "pledgebook.reports.desk"

One line in a book gives all pages. Each is an extension of Fava's of its own, since Fava gives each
extension one link in its sidebar, one template and one script; it makes one of every class that it
finds in this module, so only the pages are named here.
"""

from __future__ import annotations

from pledgebook.reports.desk.contributions import Contributions
from pledgebook.reports.desk.donor import Donor
from pledgebook.reports.desk.inbox import Inbox
from pledgebook.reports.desk.paragraphs import Paragraphs
from pledgebook.reports.desk.reconcile import Reconcile
from pledgebook.reports.desk.record import Record
from pledgebook.reports.desk.reports import Reports

__all__ = ["Contributions", "Donor", "Inbox", "Paragraphs", "Reconcile", "Record", "Reports"]
