"""Searches of many rows drawn together from their exact laws, without looking at keys one by one."""
