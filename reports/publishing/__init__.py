"""What of a book is public, as a site of plain files: pages, their style, and the figures to take.

*book -> what may be shown -> tables -> pages and files.* `make_site` makes all files in memory and
asks no clock: one book gives the same bytes each time.
"""

from __future__ import annotations

from pledgebook.reports.publishing.site import make_site, write_site

__all__ = ["make_site", "write_site"]
