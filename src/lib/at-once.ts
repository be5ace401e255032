/**
 * Does `work` for each of `items`, `count` at a time, in their order. Where it throws for one, those that are under way
 * end and no more are begun.
 */
export async function atOnce<T>(
  count: number,
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  let failed = false;
  const results = await Promise.allSettled(
    Array.from({ length: count }, async () => {
      try {
        for (let next = rest.next(); !next.done && !failed; next = rest.next()) await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }),
  );
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}
