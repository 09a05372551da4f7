# The server, the worker and the commands, in one image: docs/deployment.md.
# The base is pinned to a release of Node and of Debian; renovate.json raises it.
ARG NODE_IMAGE=node:22.23.3-bookworm-slim

# Everything that a build needs. Install scripts stay off: no package needs its own.
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json ormconfig.ts ./
COPY scripts scripts
COPY migrations migrations
COPY src src
COPY console console
RUN npm run build

# What the running application needs: without the embedded PostgreSQL, which is optional.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM ${NODE_IMAGE} AS runtime
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="next-best-actions" \
  org.opencontainers.image.description="A ranked list of recommendations whose buttons run exactly once, on record, with an event." \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
# With the threshold, glibc gives the memory of a password hash back: docs/deployment.md, sizing.
ENV NODE_ENV=production REVISION=${REVISION} MALLOC_MMAP_THRESHOLD_=1048576
WORKDIR /app
COPY LICENSE package.json ./
COPY scripts/healthcheck.mjs scripts/healthcheck.mjs
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
# A number, so that Kubernetes can verify runAsNonRoot. Root owns every file: the application can change none.
USER 10001:10001
EXPOSE 3000 3001
# Liveness: what acts on this state replaces the container, which is no help while the database is away.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "scripts/healthcheck.mjs", "live"]
# node is PID 1 and handles the signals itself. A worker: the argument dist/src/worker.js.
ENTRYPOINT ["node"]
CMD ["dist/src/main.js"]
