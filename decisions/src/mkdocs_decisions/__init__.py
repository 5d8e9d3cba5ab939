"""Decision records held by the code they decide about: checked, proved and reviewed."""

__version__ = "0.1.0"
