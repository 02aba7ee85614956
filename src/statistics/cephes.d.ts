/** The package has types, but does not list them in its exports. */
declare module "cephes" {
  /** Resolves once the functions can be called. */
  export const compiled: Promise<void>;
  export function incbet(a: number, b: number, x: number): number;
  export function incbi(a: number, b: number, share: number): number;
  export function ndtr(z: number): number;
  export function ndtri(share: number): number;
}
