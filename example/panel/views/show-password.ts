import { createHash } from 'node:crypto';
import { Html } from './html.js';

/** Lets people see the password they type; it is hidden again before the form is sent, so that no browser keeps it as text. */
const SHOW_PASSWORD = `
(() => {
  const button = document.querySelector('[data-shows]');
  const field = document.getElementById(button.dataset.shows);
  const show = (isShown) => {
    field.type = isShown ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(isShown));
  };
  button.hidden = false;
  button.addEventListener('click', () => show(field.type === 'password'));
  field.form.addEventListener('submit', () => show(false));
})();
`;

/** The script as it stands on the page. */
export const SHOW_PASSWORD_ELEMENT = new Html(`<script>${SHOW_PASSWORD}</script>`);

/** Its source expression for a Content-Security-Policy. */
export const SHOW_PASSWORD_HASH = `'sha256-${createHash('sha256').update(SHOW_PASSWORD).digest('base64')}'`;
