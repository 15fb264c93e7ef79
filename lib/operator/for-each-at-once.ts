/** So many are under way together: a store that is far away is waited for once, and sign-ins still get their turn. */
const AT_ONCE = 64;

/**
 * Does something for every item of a list, for some at once. The list is read as it is needed, so it may be of any length.
 *
 * @throws what the list or the first that fails throws, once those under way are over; nothing further is begun then
 */
export async function forEachAtOnce<Item>(
  items: AsyncIterable<Item>,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const list = items[Symbol.asyncIterator]();
  let isOver = false;
  const work = async (): Promise<void> => {
    try {
      while (!isOver) {
        const step = await list.next();
        if (step.done === true) return;
        await act(step.value);
      }
    } finally {
      isOver = true;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  const failed = ends.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
  if (!failed) return;
  await list.return?.();
  throw failed.reason;
}
