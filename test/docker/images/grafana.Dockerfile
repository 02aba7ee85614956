# In the place of grafana/grafana: a server that says what it was given.
FROM lossbound-test/node
COPY grafana.mjs /grafana.mjs
RUN useradd --uid 472 grafana
USER grafana
ENTRYPOINT ["node", "/grafana.mjs"]
