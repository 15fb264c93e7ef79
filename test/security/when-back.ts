import { eventually } from '../support/eventually.js';
import type { Answer } from '../support/client.js';

/** Asks again until the panel answers otherwise than 503. */
export function whenBack(ask: () => Promise<Answer>): Promise<Answer> {
  return eventually('the panel to work again', async () => {
    const answer = await ask();
    if (answer.status === 503) throw new Error(answer.text);
    return answer;
  });
}
