/** The page of a run in its folder, and that of several runs beside their folders. */
export const reportName = "report.html";
