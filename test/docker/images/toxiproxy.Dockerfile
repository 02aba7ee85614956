# In the place of ghcr.io/shopify/toxiproxy: both programs, built from the module, and nothing else.
FROM scratch
COPY toxiproxy toxiproxy-cli /
ENTRYPOINT ["/toxiproxy"]
CMD ["-host=0.0.0.0"]
