"""import-contacts: a spreadsheet of customers into EngageLab LiveDesk, every person once."""

__version__ = "0.1.0"
