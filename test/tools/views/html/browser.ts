import { type Browser, type BrowserContextOptions, type Page, chromium } from "playwright-core";
import { pathToFileURL } from "node:url";

/** A page in a real browser, and the output of its console and its network. */
export interface OpenPage extends AsyncDisposable {
  page: Page;
  /**
   * Errors and warnings of the console, exceptions, and every request except that for the page
   * itself.
   */
  complaints: string[];
}

export async function launch(executablePath: string): Promise<Browser & AsyncDisposable> {
  return await chromium.launch({ executablePath });
}

/** Opens a page from its file. */
export async function open(
  browser: Browser,
  path: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", async (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  const url = pathToFileURL(path).href;
  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith("data:"))
      complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}
