// Generates docs/metrics.md from the catalogue. `npm run metrics` formats it afterwards.
import { writeFile } from "node:fs/promises";

import { renderMetrics } from "#build/metrics/catalogue-page.js";

await writeFile(new URL("../docs/metrics.md", import.meta.url), renderMetrics());
