"""Reports: one or several models as one HTML file and one of Markdown."""
