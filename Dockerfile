# The service, bundled so that it starts quickly, and the sources, which the command line runs as they are. For more than
# one process use ROLE and DATABASE_URL, see .env.example. The simulator is not in it (.dockerignore): to try Poundkey
# without a provider, use a checkout.
ARG NODE_IMAGE=node:26.10.0-bookworm-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The image has its own Node.js: the npm package "node", a development dependency, is not needed, and no install script.
RUN ["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
# Of Swagger UI's 12 MB only these are served (src/platform/http/docs/files.ts), with the licences that must come along.
RUN ["find", "node_modules/swagger-ui-dist", "-type", "f", "-not", "-name", "package.json", \
     "-not", "-name", "swagger-ui.css", "-not", "-name", "swagger-ui-bundle.js", \
     "-not", "-name", "*LICENSE*", "-not", "-name", "NOTICE", "-delete"]

FROM ${NODE_IMAGE} AS bundle
WORKDIR /app
COPY package.json package-lock.json ./
RUN ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
COPY scripts/build-service.ts ./scripts/build-service.ts
COPY scripts/build-service ./scripts/build-service
COPY src ./src
RUN ["node", "scripts/build-service.ts"]

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="Poundkey" \
      org.opencontainers.image.description="Places the phone calls of multi-factor sign-in" \
      org.opencontainers.image.licenses="UNLICENSED"
# Not HOST and DATA_DIR themselves: a file of settings that leaves them empty would take them away (src/config.ts).
ENV NODE_ENV=production \
    POUNDKEY_IMAGE=true
# For an embedded store, which is to outlive its container.
RUN ["install", "--directory", "--mode=0700", "--owner=node", "--group=node", "/home/node/data"]
VOLUME /home/node/data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY twiml ./twiml
COPY src ./src
COPY --from=bundle /app/dist/service ./dist/service
# The operator's command line: docker run … node scripts/poundkey.ts create-tenant …
COPY scripts/poundkey.ts ./scripts/poundkey.ts
COPY scripts/poundkey ./scripts/poundkey
USER node
EXPOSE 8080 9090
STOPSIGNAL SIGTERM
# Every role has the operators' port. It says that the process lives; whether it can work is for /readyz and the alerts.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.OPS_PORT || 9090}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# In exec form Node.js is process 1, so that SIGTERM reaches it. Give it longer than SHUTDOWN_LIMIT_S: docker stop -t 90
CMD ["node", "dist/service/main.js"]
