import { messageOf } from './messages.js';

const main = document.querySelector('main');
const status = document.querySelector('[role=status]');
let controller = new AbortController();

/**
 * Shows a view of index.html instead of the present one, and moves the focus to it.
 *
 * @returns its element, and a signal that is aborted when the next view is shown
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

/** A part of a view, by its `data-part` in index.html. */
export function part(view, name) {
  return view.querySelector(`[data-part="${name}"]`);
}

/** Says what was done. Screen readers read it out. */
export function say(text) {
  status.textContent = text;
}

/** Says what went wrong, in the view. */
export function complain(view, error) {
  view.querySelector('[role=alert]').textContent = error === null ? '' : messageOf(error);
}

/** Runs an action when a button is pressed: an element, or the name of its `data-do` in index.html. */
export function onPress(view, button, action) {
  if (typeof button === 'string') return onPress(view, view.querySelector(`[data-do="${button}"]`), action);
  button.addEventListener('click', () => void run(view, action, button));
  return button;
}

/** Runs an action with the fields of a form when it is sent. After a refusal its first field has the focus. */
export function onSend(view, name, action) {
  const form = view.querySelector(`[data-form="${name}"]`);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run(view, () => action(Object.fromEntries(new FormData(form))), form.querySelector('input'));
  });
  return form;
}

/** Runs one action at a time, so that a double click does nothing more. Shows errors in the view. */
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

/** Sees each error first. `true`: there is nothing to show. */
let handled = (_error) => false;
export function beforeComplaint(handler) {
  handled = handler;
}
