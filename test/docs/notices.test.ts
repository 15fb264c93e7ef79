import { join } from 'node:path';
import { expect } from 'chai';
import type { AccountSummary, Notice } from 'passport-second-factor';
import { programOf } from '../support/doc-program.js';
import { enroll } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';

interface Mail {
  to: string;
  subject: string;
  text: string;
}
type MailNotices = (
  mailer: { sendMail(mail: Mail): Promise<unknown> },
  readerOf: (id: string) => Promise<{ email: string; language: 'en' | 'ru' } | null>,
) => (account: AccountSummary, notice: Notice) => Promise<void>;

describe('docs/notices.md', () => {
  afterEach(stopPanels);

  it('mails every reader in their language, and nobody who has no address', async () => {
    const folder = programOf('docs/notices.md');
    const { mailNotices } = (await import(join(folder.path, 'notices.ts'))) as { mailNotices: MailNotices };
    folder.remove();
    const mails: Mail[] = [];
    const readers = {
      alice: { email: 'alice@example.test', language: 'en' },
      bob: { email: 'bob@example.test', language: 'ru' },
    } as const;
    const notify = mailNotices({ sendMail: (mail) => Promise.resolve(mails.push(mail)) }, (id) =>
      Promise.resolve(id in readers ? readers[id as keyof typeof readers] : null),
    );
    const panel = await startPanel({ options: { notify } });
    await enroll(panel, 'alice');
    await enroll(panel, 'bob');
    await panel.secondFactor.admin.disable('bob', { by: 'support' });
    await panel.secondFactor.close();
    expect(mails.map(({ to, subject }) => `${to}: ${subject}`)).to.deep.equal([
      'alice@example.test: Trap Panel: Two-step authentication was enabled',
      'bob@example.test: Trap Panel: Двухэтапная аутентификация включена',
      'bob@example.test: Trap Panel: Двухэтапная аутентификация отключена',
    ]);
    expect(mails[2]?.text).to.include('Кто это сделал: support');
  });
});
