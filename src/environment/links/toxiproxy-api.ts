import { LossboundError, messageOf } from "../../base/errors.js";

/**
 * The HTTP layer for the Toxiproxy client. The client's own has no time limit, so a call that hangs
 * in Toxiproxy keeps a process alive for 25 seconds; it also discards the text of an answer.
 */
export interface Exchange {
  get<T>(url: string): Promise<{ data: T }>;
  post<T>(url: string, body?: unknown): Promise<{ data: T }>;
  delete(url: string): Promise<void>;
  getText(url: string): Promise<string>;
}

/** Toxiproxy answered with an error. */
export class ToxiproxyRefusal extends LossboundError {
  /** HTTP status of the answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super("ENVIRONMENT", message);
    this.status = status;
  }
}

/** Returns an exchange with a limit per call, whose errors contain the request and the answer. */
export function limitedExchange(limitMs: number): Exchange {
  return {
    get: async <T>(url: string) => ({ data: JSON.parse(await ask("GET", url)) as T }),
    post: async <T>(url: string, body?: unknown) => ({
      data: JSON.parse(await ask("POST", url, JSON.stringify(body))) as T,
    }),
    delete: async (url) => void (await ask("DELETE", url)),
    getText: async (url) => await ask("GET", url),
  };

  async function ask(method: string, url: string, body?: string): Promise<string> {
    const asked = `${method} ${url}${body === undefined ? "" : ` ${body}`}`;
    let status: number;
    let answer: string;
    try {
      const response = await fetch(url, {
        method,
        signal: AbortSignal.timeout(limitMs),
        ...(body !== undefined && { body, headers: { "content-type": "application/json" } }),
      });
      status = response.status;
      answer = (await response.text()).trim();
    } catch (error) {
      throw withoutAnswer(asked, limitMs, error);
    }
    if (status >= 400) {
      throw new ToxiproxyRefusal(status, `Toxiproxy answered ${status} ${answer} to ${asked}`);
    }
    return answer;
  }
}

function withoutAnswer(asked: string, limitMs: number, error: unknown): LossboundError {
  if (error instanceof Error && error.name === "TimeoutError") {
    return new LossboundError("DEADLINE", `waited ${limitMs} ms for Toxiproxy to answer ${asked}`, {
      cause: error,
    });
  }
  return new LossboundError("ENVIRONMENT", `Toxiproxy did not answer ${asked}: ${whyOf(error)}`, {
    cause: error,
  });
}

/**
 * Returns the cause of `fetch failed`, which says nothing by itself. If a host name resolved to
 * several addresses, the cause has no message, only a code.
 */
function whyOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
  if (cause === undefined) return messageOf(error);
  return cause.message || String((cause as NodeJS.ErrnoException).code ?? cause.name);
}
