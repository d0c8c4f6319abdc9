"""Kit for what is shown: numbers as text, tables and documents with their writers, figures. Knows no domain."""
