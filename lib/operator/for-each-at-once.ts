import { debug } from '../debug.js';
import { describeFailure } from '../vault/failure.js';
import type { Pace } from './pace.js';
import { createPace } from './pace.js';

/**
 * Does something for every item of a list, for some at once: as many as the store takes without making others wait. The list
 * is read as it is needed, so it may be of any length.
 *
 * @throws what the list or the first that fails throws, once those under way are over; nothing further is begun then
 */
export async function forEachAtOnce<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  act: (item: Item) => Promise<void>,
  pace: Pace = createPace(),
): Promise<void> {
  const list = read(items);
  const errors: unknown[] = [];
  let isOver = false;
  let workers = 0;
  await new Promise<void>((resolve) => {
    const work = async (): Promise<void> => {
      workers++;
      try {
        while (!isOver && workers <= pace.atOnce()) {
          const step = await list.next();
          if (step.done === true) {
            isOver = true;
            return;
          }
          // Another one has failed while this one waited for the list.
          if (errors.length > 0) return;
          const begun = performance.now();
          await act(step.value);
          pace.took(performance.now() - begun);
          begin();
        }
      } catch (error) {
        isOver = true;
        errors.push(error);
      } finally {
        // In the same turn in which it gave up: of several that are done together, the next one must find itself needed.
        workers--;
        if (workers === 0) resolve();
      }
    };
    const begin = (): void => {
      while (!isOver && workers < pace.atOnce()) void work();
    };
    begin();
  });
  if (errors.length === 0) return;
  await endOf(list);
  throw errors[0];
}

async function* read<Item>(items: AsyncIterable<Item> | Iterable<Item>): AsyncGenerator<Item> {
  yield* items;
}

/** Ends a list that is not read to its end. That it cannot be ended says less than what went wrong before. */
async function endOf(list: AsyncIterator<unknown>): Promise<void> {
  try {
    await list.return?.();
  } catch (error) {
    debug('the list of accounts could not be ended: %s', describeFailure(error));
  }
}
