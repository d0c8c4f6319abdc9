"""groverattn capture"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from groverattn.cli.options import WHOLE, Format


def capture(
    *,
    model: Annotated[Path, Parameter(help="Folder with configuration, weights and tokenizer.")],
    text: Annotated[Path, Parameter(help="UTF-8 text to run it on.")],
    output: Annotated[Path, Parameter(name=["--output", "-o"], help="The .npz file to write.")],
    max_tokens: Annotated[int | None, WHOLE, Parameter(help="Only the first so many tokens of the text.")] = None,
    dtype: Annotated[Literal["float16", "float32"], Parameter(help="Type of the stored numbers.")] = "float16",
    force: Annotated[bool, Parameter(help="Replace the file if it exists.", negative="")] = False,
    format: Format = "table",
) -> None:
    """Run a model from a local folder on a text and write the queries, keys and values of all its heads.

    Needs the extra: pip install -c constraints.txt -e '.[capture]' in the repository. Nothing is fetched, and no code
    from the folder is run.

    Example: groverattn capture --model my-model --text passage.txt -o heads.npz --max-tokens 512
    """
    from groverattn.capture.capture import capture as run_capture
    from groverattn.cli.output import progress, show

    with progress("layers captured") as on_layer:
        written = run_capture(model, text, output, max_tokens=max_tokens, dtype=dtype, force=force, on_layer=on_layer)
    show(written, format)
