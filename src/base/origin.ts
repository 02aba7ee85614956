/**
 * Returns the origin of an HTTP API's URL, such as `http://127.0.0.1:8474`, or `undefined` if the
 * URL is invalid. A user, a password, a path or a query makes it invalid, because lossbound would
 * drop them from its requests.
 */
export function readOrigin(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { origin, protocol, pathname, search, username, password } = new URL(url);
  const isPlain = pathname === "/" && `${search}${username}${password}` === "";
  return isPlain && ["http:", "https:"].includes(protocol) ? origin : undefined;
}

/**
 * Returns the URL in a form that is safe to print. Text before the last `@` may contain a password,
 * even if the whole is not a valid URL.
 */
export function withoutUserinfo(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^]*@/i, "$1…@");
}
