# The server and the operators' commands, without npm, compiler, sources and packages: dist/server has all code in it. Settings come from the
# environment alone. `--target sandbox` builds the neighbours of compose.yml instead.
# Built with buildah and run with podman (read-only, without capabilities) on a base of Debian's packages and npm's Node; not with a Docker
# engine, nor on the image of NODE_IMAGE.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/client/package.json packages/client/
RUN npm ci
COPY . .
RUN npm run build && node scripts/pack-sandbox.ts

FROM ${NODE_IMAGE} AS bare
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn-*
ENV NODE_ENV=production
WORKDIR /app
# The documents' fonts are the one package that is read as files.
COPY --from=build /app/node_modules/@expo-google-fonts/ibm-plex-sans ./node_modules/@expo-google-fonts/ibm-plex-sans
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532

FROM bare AS sandbox
COPY --from=build /app/packages/sandbox/dist ./dist
HEALTHCHECK --interval=2s --timeout=3s --start-period=20s \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:4106/.well-known/jwks.json').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/sandbox/dev/neighbours.js"]

FROM bare
LABEL org.opencontainers.image.title="self-topup-subgraph" \
  org.opencontainers.image.description="GraphQL federated subgraph for the self top-up of prepaid quotas" \
  org.opencontainers.image.sbom="/app/dist/sbom.cdx.json"
ENV MALLOC_ARENA_MAX=2
COPY --from=build /app/package.json ./
COPY --from=build /app/seed ./seed
COPY --from=build /app/dist/sbom.cdx.json ./dist/sbom.cdx.json
COPY --from=build /app/dist/server ./dist/server
USER 0
RUN ln -s /app/dist/server/commands/self-topup.js /usr/local/bin/self-topup && chmod +x dist/server/commands/self-topup.js
USER 65532:65532
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The flags of `npm start` in package.json.
CMD ["node", "--max-semi-space-size=16", "--max-old-space-size=256", "--heap-growing-percent=150", "dist/server/main.js"]
