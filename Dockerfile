# docker build -t groverattn . && docker run --rm groverattn estimate --preset llama3.1-8b
# Files are read and written in /work: docker run --rm -v "$PWD:/work" groverattn simulate heads.npz --n-marked 16
FROM python:3.11-slim
ENV PIP_NO_CACHE_DIR=1 QDK_PYTHON_TELEMETRY=none
WORKDIR /groverattn
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src ./src
RUN pip install -c constraints.txt . && useradd --create-home user
USER user
WORKDIR /work
ENTRYPOINT ["groverattn"]
CMD ["--help"]
