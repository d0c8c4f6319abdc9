"""The report of one or several models: a document, and what writes it as HTML and as Markdown."""
