import type { NextSteps, NoticeWords } from './notice-words.js';

const ALARM =
  'Wenn Sie es nicht waren, ändern Sie jetzt Ihr Passwort und sagen Sie Ihrem Administrator Bescheid.';

/** What to do about a change that the owner may have made. */
const next = (expected: string, unexpected: string): NextSteps => ({
  expected: `Wenn Sie es waren: ${expected}`,
  unexpected: `${ALARM} ${unexpected}`,
});

const NOTHING = 'Sie müssen nichts tun.';
const LOOK =
  'Sehen Sie danach Ihre Einstellungen zur Zwei-Schritt-Authentifizierung durch und entfernen Sie, was nicht von Ihnen ist.';
const NEW_CODES = 'Erzeugen Sie danach in den Einstellungen neue Wiederherstellungscodes.';

/** What to do about a change that somebody made for the owner. */
const byOthers = (expected: string): NextSteps => ({
  expected: `Wenn Sie darum gebeten haben: ${expected}`,
  unexpected:
    'Wenn nicht, fragen Sie nach, wer das warum getan hat, und sagen Sie Ihrem Administrator Bescheid.',
});

/** The notices in German. */
export const german: NoticeWords = {
  subjects: {
    enabled: 'Zwei-Schritt-Authentifizierung wurde eingeschaltet',
    disabled: 'Zwei-Schritt-Authentifizierung wurde abgeschaltet',
    'authenticator-added': 'Ein Authenticator wurde hinzugefügt',
    'authenticator-replaced': 'Ihr Authenticator wurde ersetzt',
    'authenticator-removed': 'Ein Authenticator wurde entfernt',
    'security-key-added': 'Ein Passkey oder Sicherheitsschlüssel wurde hinzugefügt',
    'security-key-removed': 'Ein Passkey oder Sicherheitsschlüssel wurde entfernt',
    'security-key-stopped': 'Ein Sicherheitsschlüssel wurde gesperrt',
    'recovery-code-used': 'Ein Wiederherstellungscode wurde benutzt',
    'recovery-codes-regenerated': 'Neue Wiederherstellungscodes wurden erzeugt',
    locked: 'Zu viele falsche Codes',
    unlocked: 'Falsche Codes werden von null an gezählt',
    'browser-remembered': 'Ein Browser wird gemerkt',
    'browsers-revoked': 'Alle Browser wurden vergessen',
    'impersonation-begun': 'Jemand anderes handelt als Sie',
  },
  sentences: {
    enabled: () => 'Für Ihr Konto wurde die Zwei-Schritt-Authentifizierung eingeschaltet.',
    disabled: () =>
      'Für Ihr Konto wurde die Zwei-Schritt-Authentifizierung abgeschaltet: die Codes Ihrer Authenticator-Geräte, Ihre Passkeys und Sicherheitsschlüssel schützen es nicht mehr.',
    'authenticator-added': () => 'Ein weiterer Authenticator erzeugt jetzt Codes für Ihr Konto.',
    'authenticator-replaced': () => 'Ein neuer Authenticator ist an die Stelle der bisherigen getreten.',
    'authenticator-removed': () => 'Eines Ihrer Authenticator-Geräte erzeugt keine Codes mehr für Ihr Konto.',
    'security-key-added': () => 'Ein weiterer Passkey oder Sicherheitsschlüssel öffnet jetzt Ihr Konto.',
    'security-key-removed': () =>
      'Mindestens einer Ihrer Passkeys oder Sicherheitsschlüssel öffnet Ihr Konto nicht mehr. Ihre Einstellungen zeigen, welche übrig sind.',
    'security-key-stopped': () =>
      'Ein Sicherheitsschlüssel Ihres Kontos wurde benutzt, obwohl sein Zähler zurückgegangen ist: es könnte eine Kopie davon geben. Damit kommt niemand mehr hinein.',
    'recovery-code-used': ({ recoveryCodesLeft: left = 0 }) =>
      `Jemand hat sich mit einem Ihrer Wiederherstellungscodes angemeldet oder bestätigt. Es sind noch ${String(left)} übrig.`,
    'recovery-codes-regenerated': () =>
      'Es wurden neue Wiederherstellungscodes erzeugt; die alten gelten nicht mehr.',
    locked: ({ lockedUntil }, minute) =>
      'Jemand, der Ihr Passwort kennt, hat zu viele falsche Codes eingegeben. ' +
      (typeof lockedUntil === 'number'
        ? `Codes werden ab ${minute(lockedUntil)} wieder angenommen; bis dahin gilt ein Wiederherstellungscode, und ein Browser, den Sie schon benutzt haben.`
        : 'Codes werden ab jetzt abgelehnt, bis Sie einen Wiederherstellungscode verwenden oder ein Administrator hilft.'),
    unlocked: () =>
      'Falls für Ihr Konto Codes abgelehnt wurden, werden sie wieder angenommen, und falsche werden von null an gezählt.',
    'browser-remembered': () => 'Ein Browser wird bei der Anmeldung nicht mehr nach einem Code gefragt.',
    'browsers-revoked': () =>
      'Für Ihr Konto wurden alle Browser vergessen: jeder wird bei der Anmeldung wieder nach einem Code gefragt.',
    'impersonation-begun': ({ by = 'Jemand' }) => `${by} handelt jetzt als Sie.`,
  },
  next: {
    enabled: next(
      'Bewahren Sie Ihre Wiederherstellungscodes sicher und getrennt von Ihrem Telefon auf.',
      'Wenn Sie die Codes nicht haben, kann nur er sie für Ihr Konto abschalten.',
    ),
    disabled: next(
      'Sie können sie jederzeit in den Einstellungen wieder einschalten.',
      'Schalten Sie sie danach in den Einstellungen wieder ein.',
    ),
    'authenticator-added': next(NOTHING, LOOK),
    'authenticator-replaced': next(
      'Löschen Sie das Konto aus der App auf Ihrem alten Telefon: deren Codes gelten nicht mehr. Ist das Telefon ' +
        'verloren und hatte es einen Passkey, entfernen Sie diesen in den Einstellungen.',
      LOOK,
    ),
    'authenticator-removed': next(
      'Löschen Sie das Konto aus dieser App: deren Codes gelten nicht mehr.',
      LOOK,
    ),
    'security-key-added': next(NOTHING, LOOK),
    'security-key-removed': next('Löschen Sie ihn auch im Browser oder Passwortmanager.', LOOK),
    'security-key-stopped': next(
      'Entfernen Sie ihn in den Einstellungen und fügen Sie einen anderen hinzu.',
      LOOK,
    ),
    'recovery-code-used': next(
      'Streichen Sie den Code durch. Ist Ihr Telefon verloren, richten Sie in den Einstellungen ein neues ein; sind wenige übrig, erzeugen Sie neue.',
      NEW_CODES,
    ),
    'recovery-codes-regenerated': next(
      'Bewahren Sie die neuen sicher auf und vernichten Sie die alten.',
      NEW_CODES,
    ),
    locked: next(
      'Stellen Sie Ihr Telefon auf Netzzeit und nehmen Sie den nächsten Code.',
      'Ohne Code kam diese Person nicht hinein.',
    ),
    unlocked: next(NOTHING, LOOK),
    'browser-remembered': next(
      'Sie müssen nichts tun. In den Einstellungen können Sie ihn vergessen lassen.',
      'Lassen Sie danach in den Einstellungen alle Browser vergessen.',
    ),
    'browsers-revoked': next(NOTHING, LOOK),
    'impersonation-begun': next(NOTHING, LOOK),
  },
  nextByOthers: {
    enabled: byOthers('Melden Sie sich von jetzt an mit den Codes Ihres Authenticators an.'),
    disabled: byOthers(
      'Melden Sie sich mit Ihrem Passwort an und schalten Sie sie in den Einstellungen wieder ein.',
    ),
    'authenticator-added': byOthers(NOTHING),
    'authenticator-replaced': byOthers('Verwenden Sie von jetzt an die Codes des neuen.'),
    'authenticator-removed': byOthers('Verwenden Sie von jetzt an die Codes eines anderen.'),
    'security-key-added': byOthers(NOTHING),
    'security-key-removed': byOthers(
      'Melden Sie sich mit einem Code an und fügen Sie in den Einstellungen einen neuen hinzu.',
    ),
    'security-key-stopped': byOthers(
      'Entfernen Sie ihn in den Einstellungen und fügen Sie einen anderen hinzu.',
    ),
    'recovery-code-used': byOthers('Erzeugen Sie in den Einstellungen neue, bevor keine mehr übrig sind.'),
    'recovery-codes-regenerated': byOthers(
      'Lassen Sie sich die neuen aushändigen und vernichten Sie die alten.',
    ),
    locked: byOthers('Warten Sie oder verwenden Sie einen Wiederherstellungscode.'),
    unlocked: byOthers('Stellen Sie Ihr Telefon auf Netzzeit und nehmen Sie den nächsten Code.'),
    'browser-remembered': byOthers(NOTHING),
    'browsers-revoked': byOthers('Geben Sie bei der nächsten Anmeldung einen Code ein.'),
    'impersonation-begun': byOthers(
      'Sie müssen nichts tun: es endet, wenn diese Person zu ihrem eigenen Konto zurückkehrt.',
    ),
  },
  labels: { account: 'Konto', at: 'Zeit', by: 'Ausgeführt von', ip: 'IP-Adresse', browser: 'Browser' },
};
