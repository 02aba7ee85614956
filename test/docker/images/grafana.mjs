/** Serves what Grafana would read at its start: its provisioning, its dashboards, and what Prometheus says. */
import { accessSync, constants, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";

const provisioning = "/etc/grafana/provisioning";
const dashboards = "/etc/lossbound/dashboards";

createServer((request, response) => {
  if (request.url === "/api/health") return response.end("ok");
  void given().then((all) => response.end(JSON.stringify(all)));
}).listen(3000);

async function given() {
  const files = ["datasources", "dashboards"].map((kind) => `${provisioning}/${kind}/lossbound.yml`);
  const ready = await fetch("http://prometheus:9090/-/ready").then(({ ok }) => ok);
  return {
    provisioning: Object.fromEntries(files.map((file) => [file, readFileSync(file, "utf8")])),
    dashboards: readdirSync(dashboards),
    home: JSON.parse(readFileSync(process.env.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH, "utf8")).uid,
    mayWrite: [...files, dashboards].filter(mayWrite),
    prometheusIsReady: ready,
  };
}

function mayWrite(path) {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
