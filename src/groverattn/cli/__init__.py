"""The command line: options in, tables or JSON out, no logic."""

import sys
from pathlib import Path

# Before any library is imported: a file of the user's, named like one of them, would run in its place.
if "groverattn" in (Path(sys.argv[0]).name, Path(sys.argv[0]).parent.name):
    from groverattn.cli.surroundings import leave_working_folder

    leave_working_folder()
