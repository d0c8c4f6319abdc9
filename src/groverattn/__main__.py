"""The command line as `python -m groverattn`."""

from groverattn.cli.app import main

if __name__ == "__main__":
    main()
