/**
 * The origin of the URL of an HTTP API, `http://127.0.0.1:8474`; `undefined` for what is no such URL.
 * One with a user, a password, a path or a query is none: we would not send them along.
 */
export function readOrigin(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { origin, protocol, pathname, search, username, password } = new URL(url);
  const isPlain = pathname === "/" && `${search}${username}${password}` === "";
  return isPlain && ["http:", "https:"].includes(protocol) ? origin : undefined;
}

/**
 * The URL as an error may show it. What stands before the last `@` may hold a password, also where
 * the text is no URL at all.
 */
export function withoutUserinfo(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^]*@/i, "$1…@");
}
