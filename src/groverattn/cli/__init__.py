"""The command line: options in, tables or JSON out, no logic."""

import sys
from pathlib import Path

# Before any library is imported: a file of the user's, named like one of them, would run in its place, and Ctrl-C would
# end in the import of one.
if "groverattn" in (Path(sys.argv[0]).name, Path(sys.argv[0]).parent.name):
    from groverattn.cli.surroundings import end_at_ctrl_c, leave_working_folder

    end_at_ctrl_c(130)
    leave_working_folder()
