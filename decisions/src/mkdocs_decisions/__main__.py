"""`python -m mkdocs_decisions` is the command `decisions`."""

from mkdocs_decisions.cli import main

if __name__ == "__main__":
    main()
