import { expect } from 'chai';
import type { LanguageTexts, Notice } from 'passport-second-factor';
import { PAGES } from '../../lib/pages/catalogues.js';
import { Client } from '../support/client.js';
import { startPagePanel } from '../support/page-panel.js';
import { stopPanels } from '../support/panel.js';
import { enrolled } from '../support/people.js';
import { pseudo } from '../support/pseudo-locale.js';

/** What stands in the body of a page beside tags, scripts and styles. */
function wordsOf(text: string): string {
  return text
    .replace(/<head>.*<\/head>/s, '')
    .replace(/<(script|svg)\b.*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, ' ');
}

describe('languages of the application', () => {
  afterEach(stopPanels);

  it('are chosen as those of the package are, by the tag or by what it begins with', async () => {
    const panel = await startPagePanel({ texts: { ar: pseudo, 'pt-BR': { ...pseudo, pages: PAGES.es } } });
    const visitor = new Client(panel);
    await visitor.logInByForm();
    for (const [accept, lang] of [
      ['ar', 'ar-XB'],
      ['ar-EG,en;q=0.1', 'ar-XB'],
      ['pt-BR', 'es'],
      ['de', 'de'],
    ] as const) {
      const { text } = await visitor.open('/two-step', { 'accept-language': accept });
      expect(text, accept).to.contain(`<html lang="${lang}"`);
    }
  });

  it('may be the one language, and may say what the package says in other words', async () => {
    const own: LanguageTexts = { ...pseudo, pages: { ...PAGES.en, enable: 'Switch the second step on' } };
    const panel = await startPagePanel({ language: 'en', texts: { en: own } });
    const visitor = new Client(panel);
    await visitor.logInByForm();
    expect((await visitor.open('/two-step')).text).to.contain('Switch the second step on');
  });

  it('are written from right to left where they say so, with nothing on the pages that is not theirs', async () => {
    const panel = await startPagePanel({ language: 'ar', texts: { ar: pseudo } });
    const alice = new Client(panel);
    const { phone } = await enrolled(panel, 'alice', alice);
    const pages = [
      await alice.open('/two-step'),
      await alice.submit('/two-step/recovery-codes', { code: phone.wrongCode() }),
      await alice.submit('/two-step/setup', { add: 'on' }).then(() => alice.open('/two-step/setup')),
    ];
    for (const { text } of pages) {
      expect(text).to.contain('<html lang="ar-XB" dir="rtl">');
      const foreign = wordsOf(text).replace(/⟦.*?~⟧/gs, '');
      expect(foreign.match(/\p{L}{4,}/gu) ?? []).to.have.members(
        (foreign.match(/\p{L}{4,}/gu) ?? []).filter((word) => /^(Trap|Panel|alice|[A-Z2-7]{4})$/.test(word)),
      );
    }
  });

  it('are what notices say, beside the languages of the package', async () => {
    const notices: Notice[] = [];
    const panel = await startPagePanel({
      texts: { ar: pseudo },
      notify: (_account, notice) => notices.push(notice),
    });
    await enrolled(panel, 'alice', new Client(panel));
    expect(Object.keys(notices[0]?.texts ?? {}).sort()).to.deep.equal([
      'ar',
      'de',
      'en',
      'es',
      'fr',
      'ru',
      'uk',
    ]);
    expect(notices[0]?.texts.ar?.subject).to.contain('⟦Two-step authentication was enabled~⟧');
    expect(notices[0]?.texts.de.subject).to.contain('Zwei-Schritt-Authentifizierung');
  });

  for (const [what, texts, message] of [
    [
      'a text is missing',
      { ar: { ...pseudo, pages: { ...pseudo.pages, enable: undefined } } },
      'texts.ar.pages.enable must be a string, got undefined',
    ],
    [
      'a problem is missing',
      { ar: { ...pseudo, pages: { ...pseudo.pages, problems: {} } } },
      'texts.ar.pages.problems.code-malformed must be a string, got undefined',
    ],
    [
      'a sentence is none',
      { ar: { ...pseudo, pages: { ...pseudo.pages, clockSkew: 'fast' } } },
      'texts.ar.pages.clockSkew must be a function, got string',
    ],
    [
      'the notices are missing',
      { ar: { pages: pseudo.pages } },
      'texts.ar.notices must be an object, got undefined',
    ],
    ['the tag is none', { 'not a tag': pseudo }, 'texts must be an object of language tags'],
    ['it is a list', [pseudo], 'texts must be an object of language tags'],
    [
      'the language is none of them',
      undefined,
      'language must be one of en, de, es, fr, ru, uk, a language of texts',
    ],
  ] as const) {
    it(`are refused at construction where ${what}`, async () => {
      const options = { texts, ...(texts === undefined && { language: 'tlh' }) } as never;
      const refusal = await startPagePanel(options).catch((error: unknown) => error);
      expect(refusal).to.include({ code: 'option-invalid' });
      expect(String(refusal)).to.contain(message);
    });
  }
});
