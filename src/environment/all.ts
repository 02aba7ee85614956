/**
 * The values of all promises, in their order. Unlike `Promise.all` it waits for every one before it
 * passes on the first error: nothing is under way any more when its caller cleans up.
 */
export async function all<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}
