# In the place of apache/kafka: the jars that lossbound runs, started in the two steps of that image.
FROM lossbound-test/debian
COPY jars /opt/kafka/libs
COPY kafka-run /etc/kafka/docker/run
COPY server.properties tools-log4j2.yaml log4j2.yaml /etc/kafka/docker/
RUN useradd --create-home appuser \
  && mkdir -p /opt/kafka/config /mnt/shared/config \
  && chown -R appuser /opt/kafka /etc/kafka /mnt/shared
USER appuser
CMD ["/etc/kafka/docker/run"]
