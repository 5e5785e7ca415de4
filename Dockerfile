# Two images from one file:
#   docker build --target agent --tag fleetcost-agent:0.1.0 .     the agent: no database, no web server
#   docker build --tag fleetcost:0.1.0 .                          both roles
# Base images and package indexes are arguments, for registries of your own.
ARG PYTHON_IMAGE=python:3.13-slim-bookworm
ARG NODE_IMAGE=node:22-bookworm-slim

# The web app, from its lock file.
FROM ${NODE_IMAGE} AS web
WORKDIR /build/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund --loglevel=error
COPY web/ ./
RUN npm run build

# Wheels of fleetcost and of what it needs, at the versions of the lock file.
FROM ${PYTHON_IMAGE} AS wheels
WORKDIR /build
COPY requirements/dev.txt requirements/
RUN sed -nE 's/^([A-Za-z0-9._-]+==[^\\]*).*/\1/p' requirements/dev.txt > constraints.txt
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY src/ src/
COPY --from=web /build/src/fleetcost/ui/static/ src/fleetcost/ui/static/
RUN pip wheel --no-cache-dir --wheel-dir /wheels/agent --constraint constraints.txt '.[agent,s3-mtls,gcs-federation]' \
    && pip wheel --no-cache-dir --wheel-dir /wheels/all --find-links /wheels/agent --constraint constraints.txt '.[all]'

# What every image has: a user who is not root, and nothing that has to be written to.
FROM ${PYTHON_IMAGE} AS base
RUN groupadd --gid 10001 fleetcost \
    && useradd --uid 10001 --gid 10001 --home-dir /var/lib/fleetcost --create-home --shell /usr/sbin/nologin fleetcost
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /var/lib/fleetcost
ENTRYPOINT ["fleetcost"]
CMD ["--help"]

FROM base AS agent
RUN --mount=type=bind,from=wheels,source=/wheels/agent,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels 'fleetcost[agent,s3-mtls,gcs-federation]'
USER 10001:10001
EXPOSE 9003

FROM base AS full
RUN --mount=type=bind,from=wheels,source=/wheels/all,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels 'fleetcost[all]'
USER 10001:10001
EXPOSE 9003 9090
