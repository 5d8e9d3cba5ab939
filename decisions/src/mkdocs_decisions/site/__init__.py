"""The pages of the records: plain functions that write Markdown, and thin shells that hand it on.

Only `plugin.py` knows MkDocs, only `griffe_extension.py` knows griffe.
"""
