"""Verbs that run the search and look at heads: run, verify, simulate, diagnose, capture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from groverattn.cli.options import WHOLE, Force, Format, Workers, asks_of_head
from groverattn.cli.output import progress, said, show
from groverattn.diagnosis.diagnosis import DiagnosisRequest
from groverattn.simulation.request import SimulationRequest
from groverattn.verification.request import VerificationRequest


def run(
    *,
    n_marked: Annotated[int, WHOLE, Parameter(help="Mark the k largest scores of each row.")] = 16,
    seed: Annotated[int, WHOLE, Parameter(help="Seed of all draws, 0 or more.")] = 0,
    workers: Workers = 2,
    format: Format = "table",
) -> int:
    """Run the whole path on the real head in the package: circuit, search, attention, and estimates of real models.

    Example: groverattn run
    """
    from groverattn.run import main_job

    with progress("rows searched") as on_row:
        result = main_job(n_marked=n_marked, seed=seed, n_workers=workers, on_row=on_row)
    show(result, format)
    return 0 if result.passed else 1


@asks_of_head(VerificationRequest)
def verify(request: VerificationRequest, *, format: Format = "table") -> int:
    """Run the oracle's circuit, every gate, on all keys, and compare with arithmetic and with the estimate.

    Exit status 1 if any phase, index, ancilla or count differs.

    Example: groverattn verify --n-keys 4096 --d-head 64 --data-access qroam
    """
    request.check_used()  # before Qualtran is imported

    from groverattn.verification.verification import verify as run_verification

    result = run_verification(request)
    show(result, format)
    return 0 if result.check.passed else 1


@asks_of_head(SimulationRequest)
def simulate(request: SimulationRequest, *, workers: Workers = 2, format: Format = "table") -> int:
    """Run the search on a head, row by row, build B from the keys found, and compare its output with exact attention.

    FILE may be written from arrays of your own; docs/commands.md#your-own-arrays has the layout and the call in Python.
    Ctrl-C ends the run and reports the rows that are finished. Exit status 1 if a check failed, 130 if interrupted.

    Example: groverattn simulate heads.npz --layer 0 --head 3 --n-marked 16 --rows 0:32
    """
    from groverattn.simulation.head import simulate as run_simulation

    with progress("rows searched") as on_row:
        simulation = run_simulation(request, n_workers=workers, on_row=on_row)
    show(simulation, format)
    if simulation.interrupted:
        return 130  # 128 + SIGINT, as shells report it
    return 0 if simulation.passed else 1


@asks_of_head(DiagnosisRequest)
def diagnose(
    request: DiagnosisRequest,
    *,
    figure: Annotated[Path | None, Parameter(help="Draw the report as an SVG file with this name.")] = None,
    force: Force = False,
    format: Format = "table",
) -> None:
    """Report whether a head is (tau, k)-good: range and mass of each row's tail (the keys not found), and its errors.

    Example: groverattn diagnose heads.npz --layer 0 --head 3 --n-marked 16 --figure head.svg
    """
    from groverattn.diagnosis.diagnosis import diagnose as run_diagnosis
    from groverattn.files.whole import check_figure, write_text

    if figure is not None:
        check_figure(figure, force=force)
    diagnosis = run_diagnosis(request.head.read(), request.n_marked)
    if figure is not None:
        from groverattn.diagnosis.figure import diagnosis_svg

        with said("figure", figure):
            write_text(figure, diagnosis_svg(diagnosis))
    show(diagnosis, format)


def capture(
    *,
    model: Annotated[Path | None, Parameter(help="Folder with configuration, weights and tokenizer.")] = None,
    gguf: Annotated[Path | None, Parameter(help="GGUF file with all three, in the folder if one is given.")] = None,
    text: Annotated[Path, Parameter(help="UTF-8 text to run it on.")],
    output: Annotated[Path, Parameter(name=["--output", "-o"], help="The .npz or .safetensors file to write.")],
    max_tokens: Annotated[int | None, WHOLE, Parameter(help="Only the first tokens of the text, this many.")] = None,
    dtype: Annotated[Literal["float16", "float32"], Parameter(help="Type of the stored numbers.")] = "float16",
    force: Force = False,
    format: Format = "table",
) -> None:
    """Run a model from a local folder or GGUF file on a text and write queries, keys and values of all its heads.

    Needs the extra: pip install -c constraints.txt -e '.[capture]' in the repository. Nothing is fetched, and no code
    from the folder is run.

    Example: groverattn capture --model my-model --text passage.txt -o heads.npz --max-tokens 512
    """
    from groverattn.capture.capture import capture_heads

    with progress("layers captured") as on_layer:
        written = capture_heads(
            model, text, output, gguf_file=gguf, max_tokens=max_tokens, dtype=dtype, force=force, on_layer=on_layer
        )
    show(written, format)
