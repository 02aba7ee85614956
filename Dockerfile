FROM node:20.20.2-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# The packages with an install script bring their binaries along.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts/build-web.mjs ./scripts/build-web.mjs
COPY web ./web
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production
WORKDIR /home/node
COPY --from=build /build/package.json /opt/lossbound/package.json
COPY --from=build /build/node_modules /opt/lossbound/node_modules
COPY --from=build /build/dist /opt/lossbound/dist
COPY parts /opt/lossbound/parts
COPY schemas /opt/lossbound/schemas
COPY --chown=node:node scenarios ./scenarios
COPY --chown=node:node experiments ./experiments
# A volume takes the owner that the folder has here.
RUN mkdir lossbound-results && chown node:node lossbound-results
USER node
ENTRYPOINT ["node", "/opt/lossbound/dist/cli.js"]
CMD ["help"]
