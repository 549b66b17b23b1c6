"""What reads the files of the inbox on Fava's import page."""

from pledgebook.importers import DonorSheets

CONFIG = [DonorSheets()]
