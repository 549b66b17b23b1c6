"""Guards the register: every instalment is a lot with a label, used up once.

    plugin "pledgebook.plugins.pledges"

    2002-03-01 * "Austria" "Pledge, note verbale 117/2002" ^AUT-2002-01
      Assets:CPCJF:Pledges:AUT         60000 EUR {0 # 51903.11 USD, "AUT-2002-01.1"}
        due: 2002-06-30
      Income:CPCJF:Contributions:AUT  -51903.11 USD

Beancount lets several mistakes with lots pass in silence, or complains at the next, correct
entry. This plugin names the entry that went wrong.

Errors: a payment of what is no longer there, of more than is left, or of a label nobody opened; a
label used twice; a second open lot under a label; a part taken out with the rest put back beside
it; a pledge put back at another date; a payment taken back that was never made; a posting without
a label; a booking method other than STRICT; `pad` on a fund's account; a deferral that differs
from its instalment; a redenomination that changes a value. Notices: a part taken out by hand, a
lot that does not cost whole cents, income of a later period, a release not made. All rules:
docs/errors.md.
"""

from __future__ import annotations

from decimal import Decimal

from beancount.core.data import Directive, Options
from pledgebook.ledger.declared.settings import Settings, read_settings
from pledgebook.ledger.findings import Finding, errors_of
from pledgebook.ledger.guards import charges, instalments, lots, parts, run_guards
from pledgebook.ledger.register.view import view_of

__plugins__ = ("pledges",)

_FAR_BELOW_A_CENT = Decimal("0.000001")


def pledges(
    entries: list[Directive], options: Options, config: str | None = None
) -> tuple[list[Directive], list[Finding]]:
    """Beancount plugin: see the module's text. It takes no configuration."""
    del config
    view = view_of(entries, read_settings(entries, options), options)
    allow_for_unit_costs(view.settings, options)
    own = (lots, instalments, charges, parts)
    return entries, errors_of(run_guards(view, [module.guard for module in own]))


def allow_for_unit_costs(settings: Settings, options: Options) -> None:
    """Let Beancount's own check of balance, which follows the plugins, overlook the last digits.

    It keeps the cost of a unit in 28 digits, and takes its tolerance from the book's own amounts
    without lots. An entry that has none, such as a redenomination, would be off by the last of
    them. What the book says itself (`option "inferred_tolerance_default"`) wins.
    """
    stated = options["inferred_tolerance_default"]
    if "*" not in stated:
        stated.setdefault(settings.currency, _FAR_BELOW_A_CENT)
