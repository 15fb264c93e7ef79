import { hashSource } from './hash-source.js';

/**
 * What pages also do with JavaScript. The server's clock runs. Times of day are those of the reader. Waits are counted
 * down, and their end is said. What was typed and refused is selected. Keys and recovery codes can be copied, and codes
 * printed. If a browser does not let the page copy, they are selected, to be copied by hand. If the device slept, or
 * its clock was set, the page shows no wrong time: its clock stops, it counts no seconds down, and ends are by the
 * server's clock, as without JavaScript. An end is then said at the latest moment that it can be.
 */
export const SCRIPT = `
(() => {
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => document.querySelectorAll(selector);
  const set = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  const wall = Date.now(), since = performance.now();
  const passed = () => performance.now() - since;
  const agrees = () => Math.abs(Date.now() - wall - passed()) <= 2000;
  const clock = one('time[data-runs]');
  if (clock) {
    const served = Date.parse(clock.dateTime);
    const run = setInterval(() => {
      if (!agrees()) return clearInterval(run);
      const text = new Date(served + passed()).toISOString();
      clock.dateTime = text;
      clock.textContent = text.slice(0, 19).replace('T', ' ') + ' UTC';
    }, 250);
  }
  const { lang } = document.documentElement;
  const language = navigator.languages.find((tag) => tag.split('-')[0] === lang) || lang;
  for (const time of all('time[data-in]')) {
    const lasts = Number(time.dataset.in) * 1000, served = time.textContent;
    const line = time.parentElement, said = line.nextElementSibling, left = line.querySelector('[data-left]');
    const here = new Date(wall + lasts).toLocaleTimeString(language);
    const passes = 'passes' in line.dataset;
    const count = () => {
      const seconds = Math.max(0, Math.ceil((lasts - passed()) / 1000));
      const minutes = Math.floor(seconds / 60);
      const counts = agrees() && seconds > 0 && (passes || minutes < 1);
      set(time, agrees() ? here : served);
      set(left, counts ? '(' + minutes + ':' + String(seconds % 60).padStart(2, '0') + ')' : '');
      set(said, seconds === 0 ? said.dataset.over : agrees() && seconds <= 60 ? said.dataset.soon || '' : '');
      if (seconds > 0) return;
      clearInterval(run);
      line.hidden = true;
      if (passes) for (const notice of all('#wait, #error')) notice.hidden = true;
    };
    const run = setInterval(count, 250);
    count();
  }
  const refused = one('[aria-invalid][autofocus]') || one('[data-refused]');
  if (refused) {
    refused.focus();
    if (refused.select) refused.select();
    refused.scrollIntoView({ block: 'center' });
  }
  const print = one('[data-print]');
  if (print) {
    print.hidden = false;
    print.addEventListener('click', () => window.print());
  }
  if (navigator.clipboard) {
    for (const copy of all('[data-copy]')) {
      copy.hidden = false;
      copy.addEventListener('click', async () => {
        const codes = [...all('.codes li')].map((code) => code.textContent).join('\\n');
        try {
          await navigator.clipboard.writeText(copy.dataset.copies || codes);
          one('[data-copied]').textContent = copy.dataset.copy;
        } catch {
          getSelection().selectAllChildren(one('.codes, .key'));
        }
      });
    }
  }
})();
`;

/** The script's source expression for a Content-Security-Policy. */
export const SCRIPT_HASH = hashSource(SCRIPT);

/** The pages that carry the script. */
export const SCRIPTED: ReadonlySet<string> = new Set([
  'verify',
  'step-up',
  'must-enroll',
  'settings',
  'setup',
  'security-keys',
  'recovery-codes',
]);
