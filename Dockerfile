# Nextplay's service. The first stage has compilers and pip's build tools, the second only what runs.
#
#   docker build -t nextplay .
#   docker run --rm -i --read-only nextplay decide - < snapshot.json
#   docker run --rm --read-only -v nextplay:/data --network container:CRM nextplay   # over loopback, as a sidecar
#   docker run --rm --read-only -v nextplay:/data -p 127.0.0.1:50051:50051 nextplay serve --host 0.0.0.0 --insecure
#
# One process uses one core: `serve --workers N`, or -e NEXTPLAY_WORKERS=N, answers with N. Limit the memory for N then.
# `serve` listens on loopback unless told otherwise, and off loopback it demands --insecure: there is no identity yet,
# so whoever reaches the port may ask. Own rules and models: mount them over /app/rules and /app/models. What is
# remembered lies in the volume /data, or in the PostgreSQL that NEXTPLAY_STORE names.
FROM python:3.11-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements/build.txt requirements/service.txt requirements/
RUN python -m venv tools \
    && tools/bin/pip install --require-hashes -r requirements/build.txt \
    && tools/bin/pip wheel --wheel-dir wheels --no-deps --no-build-isolation --require-hashes -r requirements/service.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN tools/bin/pip wheel --wheel-dir wheels --no-deps --no-build-isolation . \
    && python -m venv --without-pip /opt/nextplay \
    && tools/bin/pip --python /opt/nextplay/bin/python install --no-index --no-deps --compile wheels/*.whl

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Nextplay" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/opt/nextplay/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
COPY --from=build /opt/nextplay /opt/nextplay
WORKDIR /app
COPY rules rules
COPY models models
RUN install --directory --owner=10001 --group=10001 --mode=0700 /data
ENV NEXTPLAY_STORE=sqlite:////data/nextplay.db
VOLUME /data
# A number, so that an orchestrator can see that it is not root. Nothing is written anywhere but in /data.
USER 10001:10001
EXPOSE 50051
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["nextplay", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["nextplay"]
CMD ["serve"]
