import type { Level } from '../levels.js';
import { document } from './document.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { icon } from './icons.js';
import type { IconName } from './icons.js';
import { LOGO } from './logo.js';
import { badge } from './parts.js';

/** What a page says once, of what happened before it. */
export interface Notice {
  readonly text: string;
  /** Whether it is what the user has just done. */
  readonly isDone: boolean;
}

/** What stands around every page. */
export interface Frame {
  /** Of the document. */
  readonly title: string;
  readonly heading: string;
  /** The path of the page. */
  readonly path: string;
  readonly user: string;
  readonly level: Level;
  /** Who acts as `user`, from who signed in downward. */
  readonly actors: readonly string[];
  /** Goes back to who acted before (POST with `from`). */
  readonly leave: string;
  /** The account that is acted as, so that a form in another tab goes back no further. */
  readonly from: string;
  readonly notice: Notice | null;
}

/** The places of the panel, by section, and whose they are. */
const SECTIONS: readonly {
  readonly section: string | null;
  readonly path: string;
  readonly name: string;
  readonly icon: IconName;
  readonly levels: readonly Level[];
}[] = [
  { section: null, path: '/', name: 'Home', icon: 'home', levels: ['root', 'admin', 'user'] },
  { section: null, path: '/clients', name: 'Clients', icon: 'clients', levels: ['root', 'admin'] },
  { section: 'Management', path: '/staff', name: 'Staff', icon: 'staff', levels: ['root', 'admin'] },
  {
    section: 'Settings',
    path: '/settings',
    name: 'User settings',
    icon: 'settings',
    levels: ['root', 'admin', 'user'],
  },
];

/** A page of the panel; `head` is what its content needs beside the panel's own style. */
export function layout(frame: Frame, body: Html, head: Html | null = null): string {
  const { title, heading, user, level, actors, notice } = frame;
  return document(
    title,
    'panel',
    html`<a class="skip" href="#main">Skip to the content</a>
      <div class="side">
        <nav class="rail" aria-label="Main">
          <a class="brand" href="/">${LOGO} Acme Panel</a>
          <ul>
            ${navigation(frame)}
          </ul>
          <p class="host">srv1.acme.example</p>
        </nav>
      </div>
      <div class="content">
        <header class="top">
          <p class="who"><span class="muted">${actors.length > 0 ? 'Acting as' : 'Signed in as'}</span> <strong>${user}</strong> ${badge(level)}</p>
          <form method="post" action="/logout"><button class="quiet" type="submit">Log out</button></form>
        </header>
        ${actors.length > 0 ? banner(frame) : null}
        <main id="main" tabindex="-1">
          <h1>${heading}</h1>
          ${notice === null ? null : html`<p class="message ${notice.isDone ? 'good' : 'plain'}" role="status">${notice.text}</p>`} ${body}
        </main>
      </div>`,
    head,
  );
}

function navigation({ path, level }: Frame): Html[] {
  return SECTIONS.filter(({ levels }) => levels.includes(level)).map((place) => {
    const isHere = place.path === '/' ? path === '/' : path.startsWith(place.path);
    const here = isHere ? html`aria-current="page"` : null;
    return html`<li>
      ${place.section === null ? null : html`<span class="section">${place.section}</span>`}
      <a href="${place.path}" ${here}>${icon(place.icon)}<span>${place.name}</span></a>
    </li>`;
  });
}

function banner({ user, actors, leave, from }: Frame): Html {
  const [first = '', ...others] = actors;
  const way = others.length === 0 ? null : html` <span class="way">by way of ${others.join(', ')}</span>`;
  return html`<section class="banner" aria-label="Acting as somebody else">
    <p>${icon('acting')} <span><strong>${first} acting as ${user}</strong>${way}</span></p>
    <form method="post" action="${leave}">
      <input type="hidden" name="from" value="${from}" />
      <button type="submit">Return<span class="hidden"> to ${others.at(-1) ?? first}</span></button>
    </form>
  </section>`;
}
