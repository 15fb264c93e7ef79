import { messageOf } from './messages.js';

const main = document.querySelector('main');
const status = document.querySelector('[role=status]');
let controller = new AbortController();

/**
 * Shows a view of index.html in the place of the one before, and moves the focus to it.
 *
 * @returns its element, and a signal that is aborted when it goes
 */
export function show(name, title = '') {
  controller.abort();
  controller = new AbortController();
  main.replaceChildren(template(name));
  const heading = main.querySelector('h1');
  document.title = `${title || heading.textContent} · Notes`;
  say('');
  heading.focus();
  return { view: main, signal: controller.signal };
}

/** A copy of a template. */
export function template(name) {
  /** @type {HTMLTemplateElement} */
  const found = document.querySelector(`template#${name}`);
  return found.content.cloneNode(true);
}

/** A part of a view that is named in index.html. */
export function part(view, name) {
  return view.querySelector(`[data-part="${name}"]`);
}

/** Tells what was done, also to those who do not see the page. */
export function say(text) {
  status.textContent = text;
}

/** Tells what went wrong. */
export function complain(view, error) {
  view.querySelector('[role=alert]').textContent = error === null ? '' : messageOf(error);
}

/** Does something when a button is pressed: one of index.html, by its name, or another one. */
export function onPress(view, button, action) {
  if (typeof button === 'string') return onPress(view, view.querySelector(`[data-do="${button}"]`), action);
  button.addEventListener('click', () => void run(view, action, button));
  return button;
}

/** Does something when a form is sent, with its fields; the first one has the focus again where that is refused. */
export function onSend(view, name, action) {
  const form = view.querySelector(`[data-form="${name}"]`);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run(view, () => action(Object.fromEntries(new FormData(form))), form.querySelector('input'));
  });
  return form;
}

/** One thing at a time: a second click behind the first does nothing. Refusals are told in the view. */
async function run(view, action, focused) {
  if (view.ariaBusy === 'true') return;
  view.ariaBusy = 'true';
  complain(view, null);
  try {
    await action();
  } catch (error) {
    if (!handled(error) && focused.isConnected) {
      complain(view, error);
      focused.focus();
      if (focused.matches('input')) focused.select();
    }
  } finally {
    view.ariaBusy = null;
  }
}

/** What is done with an error before it is told; true: nothing is left to tell. */
let handled = (_error) => false;
export function beforeComplaint(handler) {
  handled = handler;
}
