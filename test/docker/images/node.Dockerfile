# In the place of node:*-bookworm-slim: the Node and the npm of this machine.
FROM lossbound-test/debian
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY npmrc /usr/local/etc/npmrc
COPY certificates.pem /etc/lossbound-test-certificates.pem
ENV NODE_EXTRA_CA_CERTS=/etc/lossbound-test-certificates.pem
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
  && groupadd --gid 1000 node \
  && useradd --uid 1000 --gid node --create-home node
