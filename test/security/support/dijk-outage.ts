import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../../support/panel-process.js';

const RECOVERY_MILLISECONDS = 8000;
const POLL_MILLISECONDS = 50;

/** Asks again until the panel answers otherwise than 503; the last answer when it never does. */
export async function whenBack(ask: () => Promise<Answer>): Promise<Answer> {
  const deadline = Date.now() + RECOVERY_MILLISECONDS;
  let answer = await ask();
  while (answer.status === 503 && Date.now() < deadline) {
    await sleep(POLL_MILLISECONDS);
    answer = await ask();
  }
  return answer;
}
