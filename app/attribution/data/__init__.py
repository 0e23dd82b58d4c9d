"""Vendored and own lists of referring hosts; see README.md beside this file."""
