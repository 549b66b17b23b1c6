"""How fast Pledgebook is, beside what it stands on: `make bench`.

Every figure is a ratio of one run: Pledgebook's side and the yardstick's (Beancount alone, reading
a sheet, Fava's own page) are measured in turn on the same data, and the median of the pairs is
kept. Times are of the processor, so a busy machine changes them little; each measured process has
caches of its own. docs/performance.md has the last results and says how to read them.
"""
