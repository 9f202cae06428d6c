# The processor: Node, ffmpeg, production dependencies, nobody's root.
# scripts/prove-dockerfile.mjs follows these steps in a plain Debian root where no container engine is at hand.

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The Node of this image serves; the one that npm offers for older systems stays out, and so do install scripts.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ffmpeg ca-certificates \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --no-create-home --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin processor \
 && install --directory --owner=processor --mode=700 /var/lib/ladderlock
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY shared shared
COPY processor processor
ENV NODE_ENV=production WORK_DIR=/var/lib/ladderlock FFMPEG_PATH=/usr/bin/ffmpeg FFPROBE_PATH=/usr/bin/ffprobe
USER processor
# Node as process 1 hears SIGTERM itself; children are ended by the processor, and by the kernel if it is killed.
# The cores are ffmpeg's: docs/operating.md says what the two options are for.
ENTRYPOINT ["node", "--max-semi-space-size=2", "--single-threaded-gc", "processor/main.ts"]
CMD ["serve"]
