# The processor: Node, ffmpeg, production dependencies, no root.
# scripts/prove-dockerfile.mjs carries out these steps in a plain Debian root, where no container engine is needed.

# An image to publish names its base by digest: docs/deploying.md, "With Docker".
ARG BASE_IMAGE=node:24-bookworm-slim

FROM ${BASE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The Node of this image serves; the one that npm offers for older systems stays out, and so do install scripts.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${BASE_IMAGE}
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ffmpeg ca-certificates \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --no-create-home --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin processor \
 && install --directory --owner=processor --mode=700 /var/lib/ladderlock
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY client client
COPY shared shared
COPY processor processor
COPY cli cli
COPY migrations migrations
ENV NODE_ENV=production WORK_DIR=/var/lib/ladderlock FFMPEG_PATH=/usr/bin/ffmpeg FFPROBE_PATH=/usr/bin/ffprobe
USER processor
# Node as process 1 handles SIGTERM; the processor ends its children, and the kernel does if it is killed.
# docs/operating.md says what the two options are for.
ENTRYPOINT ["node", "--max-semi-space-size=2", "--single-threaded-gc", "cli/main.ts"]
CMD ["serve"]
