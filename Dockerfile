# The server and the operators' commands, without npm, compiler and sources. Settings come from the environment alone.
# Tried with buildah and its chroot isolation on a base made of Debian's packages; not with a Docker engine.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build && npm prune --omit=dev --omit=optional \
  && rm -rf dist/bench dist/example dist/sandbox dist/scripts node_modules/self-topup-client

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="self-topup-subgraph" \
  org.opencontainers.image.description="GraphQL federated subgraph for the self top-up of prepaid quotas" \
  org.opencontainers.image.sbom="/app/dist/sbom.cdx.json"
ENV NODE_ENV=production MALLOC_ARENA_MAX=2
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/seed ./seed
COPY --from=build /app/dist ./dist
RUN rm -rf /usr/local/lib/node_modules/npm /usr/local/bin/npm /usr/local/bin/npx /opt/yarn-* \
  && chmod +x dist/src/commands/self-topup.js \
  && ln -s /app/dist/src/commands/self-topup.js /usr/local/bin/self-topup
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The flags of `npm start` in package.json.
CMD ["node", "--max-semi-space-size=16", "--max-old-space-size=256", "--heap-growing-percent=150", "dist/server/main.js"]
