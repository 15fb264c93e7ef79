import { expect } from 'chai';
import escapeHtml from 'escape-html';
import { PROBLEMS } from '../../lib/errors.js';
import { PAGES } from '../../lib/pages/catalogues.js';
import { english } from '../../lib/pages/texts-en.js';
import { french } from '../../lib/pages/texts-fr.js';
import { russian } from '../../lib/pages/texts-ru.js';
import { Client } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import { enrolled } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';
import type { Panel } from '../support/panel.js';

/** The same in all languages: the mission names the button. */
const SAME = ['ok'];

/** What says how many digits a code has. */
const OF_DIGITS = [
  'verifyExplanation',
  'stepUpExplanation',
  'disableExplanation',
  'enterShownCode',
  'whatItAsks',
  'recoveryHint',
  'codeMalformed',
];

describe('the texts', () => {
  for (const { language, ...texts } of Object.values(PAGES).filter((each) => each !== english)) {
    it(`are complete in ${language}, and different from the English ones`, () => {
      const [inEnglish, translated] = [flat(english), flat(texts)];
      expect(Object.keys(translated).sort()).to.deep.equal(Object.keys(inEnglish).sort());
      const isCyrillic = ['ru', 'uk'].includes(language);
      for (const [name, text] of Object.entries(translated)) {
        expect(text.trim(), name).to.not.equal('');
        if (SAME.includes(name)) continue;
        expect(text, name).to.not.equal(inEnglish[name]);
        expect(/\p{Script=Cyrillic}/u.test(text), `${name}: ${text}`).to.equal(isCyrillic);
        expect(text, name).to.not.match(/undefined|NaN/);
      }
    });
  }

  it('break no line in French before a mark that has a space', () => {
    for (const [name, text] of Object.entries(flat(french))) expect(text, name).to.not.match(/« | [:;?!»]/);
  });

  it('have a sentence for every code that clients are told', () => {
    for (const { problems } of Object.values(PAGES)) {
      expect(Object.keys(problems).sort()).to.deep.equal(Object.keys(PROBLEMS).sort());
      for (const sentence of Object.values(problems)) expect(sentence).to.match(/^\p{Lu}.*\.$/u);
    }
  });

  it('count in Russian as Russians do', () => {
    expect([1, 2, 4, 5, 10, 11, 12, 21, 22, 0].map(russian.recoveryCodesLeft)).to.deep.equal([
      'Остался 1 код восстановления.',
      'Осталось 2 кода восстановления.',
      'Осталось 4 кода восстановления.',
      'Осталось 5 кодов восстановления.',
      'Осталось 10 кодов восстановления.',
      'Осталось 11 кодов восстановления.',
      'Осталось 12 кодов восстановления.',
      'Остался 21 код восстановления.',
      'Осталось 22 кода восстановления.',
      'Осталось 0 кодов восстановления.',
    ]);
    expect(russian.clockSkew(1)).to.contain('спешат на 1 минуту.');
    expect(russian.clockSkew(-3)).to.contain('отстают на 3 минуты.');
    expect(russian.clockSkew(11)).to.contain('на 11 минут.');
    expect(russian.clockSkew(-21)).to.contain('на 21 минуту.');
    expect(russian.lockedFor(1)).to.contain('через 1 секунду или');
    expect(russian.lockedFor(24)).to.contain('через 24 секунды или');
    expect(russian.lockedFor(30)).to.contain('через 30 секунд или');
    expect(russian.lockedFor(61 * 60)).to.contain('через 61 минуту или');
    expect(russian.lockedFor(2 * 60)).to.contain('через 2 минуты или');
  });

  it('count in English as the English do', () => {
    expect([0, 1, 2].map(english.recoveryCodesLeft)).to.deep.equal([
      '0 recovery codes are left.',
      '1 recovery code is left.',
      '2 recovery codes are left.',
    ]);
    expect(english.clockSkew(1)).to.contain('1 minute ahead of');
    expect(english.clockSkew(-2)).to.contain('2 minutes behind');
    expect(english.lockedFor(1)).to.contain('in 1 second,');
    expect(english.lockedFor(89)).to.contain('in 89 seconds,');
    expect(english.lockedFor(90)).to.contain('in 2 minutes,');
  });

  it('say how many digits the codes of the account have, and of six-digit ones that an app shows them', () => {
    const said = [[6], [8], [6, 8], [6, 7, 8]].flatMap((digits) =>
      [english, russian].map((texts) => texts.verifyExplanation(digits)),
    );
    expect(said).to.deep.equal([
      'Enter the six-digit code that your authenticator app shows now.',
      'Введите шестизначный код, который сейчас показывает приложение-аутентификатор.',
      'Enter the eight-digit code that your authenticator shows now.',
      'Введите восьмизначный код, который сейчас показывает аутентификатор.',
      'Enter the six- or eight-digit code that your authenticator shows now.',
      'Введите шестизначный или восьмизначный код, который сейчас показывает аутентификатор.',
      'Enter the six-, seven- or eight-digit code that your authenticator shows now.',
      'Введите шестизначный, семизначный или восьмизначный код, который сейчас показывает аутентификатор.',
    ]);
    expect([[6], [8], [6, 8]].map(english.codeMalformed)).to.deep.equal([
      'The code must be six digits, or a recovery code.',
      'The code must be eight digits, or a recovery code.',
      'The code must be six or eight digits, or a recovery code.',
    ]);
    expect([[6], [8], [6, 7, 8]].map(russian.codeMalformed)).to.deep.equal([
      'Введите шесть цифр или код восстановления.',
      'Введите код из восьми цифр или код восстановления.',
      'Введите код из шести, семи или восьми цифр или код восстановления.',
    ]);
    expect(english.stepUpExplanation([8])).to.equal(
      'This action needs a fresh eight-digit code from your authenticator.',
    );
  });

  it('never tell a shorter wait than there is', () => {
    for (let seconds = 90; seconds < 4000; seconds++) {
      const [, minutes] = /in (\d+) minutes?/.exec(english.lockedFor(seconds)) ?? [];
      expect(Number(minutes) * 60, String(seconds)).to.be.at.least(seconds);
    }
  });
});

describe('the language of the pages', () => {
  afterEach(stopPanels);

  async function languageOf(panel: Panel, accept?: string): Promise<string | undefined> {
    const visitor = new Client(panel);
    await visitor.logInByForm();
    const headers = accept === undefined ? {} : { 'accept-language': accept };
    const { text, status } = await visitor.open('/two-step', headers);
    expect(status).to.equal(200);
    const lang = /<html lang="([^"]*)">/.exec(text)?.[1];
    expect(text).to.contain(escapeHtml(PAGES[lang as keyof typeof PAGES].enable));
    return lang;
  }

  for (const [accept, expected] of [
    [undefined, 'en'],
    ['ru', 'ru'],
    ['ru-RU,ru;q=0.9,en;q=0.8', 'ru'],
    ['en-US,en;q=0.9,ru;q=0.8', 'en'],
    ['en;q=0.1,ru;q=0.9', 'ru'],
    ['de-DE,de;q=0.9', 'de'],
    ['uk-UA', 'uk'],
    ['es-419,fr;q=0.5', 'es'],
    ['fr-CA', 'fr'],
    ['ja-JP,ja;q=0.9', 'en'],
    ['ja,ru;q=0.1', 'ru'],
    ['ru;q=0', 'en'],
    ['*', 'en'],
    ['', 'en'],
    [';;;=,,q', 'en'],
    ['__proto__', 'en'],
  ] as const) {
    it(`is ${expected} for Accept-Language ${accept ?? 'left out'}`, async () => {
      expect(await languageOf(await startPagePanel(), accept)).to.equal(expected);
    });
  }

  it('is what the option says, whatever the browser accepts', async () => {
    expect(await languageOf(await startPagePanel({ language: 'ru' }), 'en')).to.equal('ru');
    expect(await languageOf(await startPagePanel({ language: 'en' }), 'ru')).to.equal('en');
  });

  it('is what the function says of the request, by the first part of the tag', async () => {
    const panel = await startPagePanel({ language: (req) => req.headers['x-language'] as string });
    const visitor = new Client(panel);
    await visitor.logInByForm();
    for (const [said, expected] of [
      ['ru', 'ru'],
      ['ru-RU', 'ru'],
      ['RU_ru', 'ru'],
      ['en', 'en'],
    ] as const) {
      const { text } = await visitor.open('/two-step', { 'x-language': said, 'accept-language': 'de' });
      expect(text, said).to.contain(`<html lang="${expected}">`);
    }
  });

  it('is left to the browser where the function says one that there is not', async () => {
    for (const said of ['tlh', '', 'constructor', '__proto__', undefined, 7 as unknown as string]) {
      const panel = await startPagePanel({ language: () => said });
      expect(await languageOf(panel, 'ru')).to.equal('ru');
      expect(await languageOf(panel, 'ja')).to.equal('en');
    }
  });

  it('is refused at construction where it is fixed and there is no such one', async () => {
    const refusal = await startPagePanel({ language: 'tlh' as 'en' }).catch((error: unknown) => error);
    expect(refusal).to.include({ code: 'option-invalid' });
    expect(String(refusal)).to.contain('language must be one of en, de, es, fr, ru, uk, ');
  });

  it('is the language of errors and of the page’s own file', async () => {
    const panel = await startPagePanel({ language: 'ru' });
    const alice = new Client(panel);
    const { phone } = await enrolled(panel, 'alice', alice);
    const refused = await alice.submit('/two-step/recovery-codes', { code: phone.wrongCode() });
    expect(refused.text).to.contain('Неверный код.');
    const { text } = await alice.submit('/two-step/recovery-codes', { code: phone.nextCode() });
    expect(text).to.contain('Коды сохранены');
    expect(decodeURIComponent(/href="data:[^,]*,([^"]*)"/.exec(text)?.[1] ?? '')).to.match(
      /^Коды восстановления – /,
    );
  });
});

/** All sentences by their place, functions by what they say of 1 and 2. */
function flat(value: object, path = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]: [string, unknown]) => {
      if (key === 'language') return [];
      if (typeof text === 'string') return [[path + key, text]];
      if (typeof text === 'function') {
        const given = OF_DIGITS.includes(key) ? [[8]] : [1, 2];
        return [[path + key, (text as (...a: unknown[]) => string)(...given)]];
      }
      return Object.entries(flat(text as object, `${path}${key}.`));
    }),
  );
}
