import { hashSource } from './hash-source.js';

/**
 * What pages do more where there is JavaScript: the server's clock runs on, and recovery codes can be copied
 * and printed; where a browser lets no page copy they are selected, to be copied by hand. The clock stops when the
 * device slept or was set, rather than show a wrong time.
 */
export const SCRIPT = `
(() => {
  const one = (selector) => document.querySelector(selector);
  const clock = one('time[data-runs]');
  if (clock) {
    const served = Date.parse(clock.dateTime), wall = Date.now(), since = performance.now();
    const run = setInterval(() => {
      const passed = performance.now() - since;
      if (Math.abs(Date.now() - wall - passed) > 2000) return clearInterval(run);
      const text = new Date(served + passed).toISOString();
      clock.dateTime = text;
      clock.textContent = text.slice(0, 19).replace('T', ' ') + ' UTC';
    }, 250);
  }
  const print = one('[data-print]');
  if (print) {
    print.hidden = false;
    print.addEventListener('click', () => window.print());
  }
  const copy = one('[data-copy]');
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener('click', async () => {
      const codes = [...document.querySelectorAll('.codes li')].map((code) => code.textContent);
      try {
        await navigator.clipboard.writeText(codes.join('\\n'));
        one('[data-copied]').textContent = copy.dataset.copy;
      } catch {
        getSelection().selectAllChildren(one('.codes'));
      }
    });
  }
})();
`;

/** The script's source expression for a Content-Security-Policy. */
export const SCRIPT_HASH = hashSource(SCRIPT);

/** The pages that carry the script. */
export const SCRIPTED: ReadonlySet<string> = new Set(['setup', 'recovery-codes']);
