"""The table, figure and document as records, and their writers: terminal, Markdown, HTML. It knows no domain."""
