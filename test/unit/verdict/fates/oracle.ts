import type { EvidenceBit, Fate } from "../../../../src/verdict/fates/fates.js";

export type Evidence = Record<EvidenceBit, boolean>;

/**
 * The table of the design, section 3, read aloud for one message: every row that applies to it, in
 * the order of the table. It is slow, and knows nothing of words and masks.
 */
export function rowsOf(message: Evidence): Fate[] {
  const rows: Fate[] = [];
  const row = (fate: Fate, applies: boolean): void => {
    if (applies) rows.push(fate);
  };
  const { planned, s, a, r, n, z, l, b, x, f, t, c, g, d, e } = message;
  if (isImpossible(message)) return ["impossible"];
  if (!planned) return [];

  const unended = s && !d;
  const noLongerOnOffer = b || (!l && c);
  const gone = unended && !l && !t && !g;
  const unseen = gone && !x && !f;
  row("unsent", !s);
  row("processed", d && !e);
  row("duplicated", e);
  row("unread", unended && l && !b);
  row("in-processing", unended && g && noLongerOnOffer);
  row("after-commit", unended && !g && t && noLongerOnOffer);
  row("skipped", unended && !g && !t && b);
  row("log", gone && (x || f));
  row("rejected", unseen && r);
  row("refused", unseen && !r && z);
  row("client-buffer", unseen && !r && !z && (n || !a));
  row("in-transit", unseen && !r && !z && !n && a);
  row("indeterminate", unended && !l && (t || g) && !c);
  return rows;
}

function isImpossible({ planned, s, a, r, n, z, l, b, x, f, t, c, g, h, d, e }: Evidence): boolean {
  if (!planned && s) return true;
  if (!s && [a, r, n, z, l, x, f, t, c, g, d].includes(true)) return true;
  if (a && r) return true;
  if (b && !l) return true;
  if (t && !f) return true;
  if (c && !t) return true;
  if (g && !f) return true;
  if (d && !g) return true;
  if (h && !g) return true;
  if (e && !(d && h)) return true;
  return n && (l || x || f || z);
}
