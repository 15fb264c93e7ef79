import type { AccountSummary, Notice } from 'passport-second-factor';

/**
 * Stands in for a mailer: each mail that an owner would get is one line of JSON.
 *
 * @param write takes the line
 */
export function createMail(write: (line: string) => void): (account: AccountSummary, notice: Notice) => void {
  return ({ name }, { texts }) => {
    const { subject, body } = texts.en;
    write(JSON.stringify({ mailTo: name, subject, body }));
  };
}
