import { isApp } from './digits.js';
import { plural } from './plural.js';
import type { Texts } from './texts.js';

const counted = plural('de');
const list = new Intl.ListFormat('de', { type: 'disjunction' });
const COUNTS: Readonly<Record<number, string>> = { 6: 'sechs', 7: 'sieben', 8: 'acht' };
const countsOf = (digits: readonly number[]): string =>
  list.format(digits.map((count) => COUNTS[count] ?? ''));
/** `sechs- oder achtstelligen`. */
const digitsOf = (digits: readonly number[]): string =>
  `${list.format(digits.map((count, place) => `${COUNTS[count] ?? ''}${place < digits.length - 1 ? '-' : ''}`))}stelligen`;
/** In the dative: by so many, in so many. */
const minutesOf = (count: number): string => counted(count, { one: 'Minute', other: 'Minuten' });
const secondsOf = (count: number): string => counted(count, { one: 'Sekunde', other: 'Sekunden' });

/** The pages in German. */
export const german: Texts = {
  language: 'de',
  code: 'Einmalpasswort',
  ok: 'Ok',
  verifyTitle: 'Zwei-Schritt-Authentifizierung',
  verifyExplanation: (digits) =>
    isApp(digits)
      ? 'Geben Sie den sechsstelligen Code ein, den Ihre Authenticator-App jetzt anzeigt.'
      : `Geben Sie den ${digitsOf(digits)} Code ein, den Ihr Authenticator jetzt anzeigt.`,
  verifyByKeyExplanation: 'Bestätigen Sie mit Ihrem Passkey oder Sicherheitsschlüssel, dass Sie es sind.',
  noKeyHere:
    'Die Passkeys und Sicherheitsschlüssel dieses Kontos funktionieren hier nicht mehr. Verwenden Sie einen ' +
    'Wiederherstellungscode oder wenden Sie sich an Ihren Administrator.',
  keyLost:
    'Wiederherstellungscodes funktionieren hier zurzeit nicht. Wenn Sie Ihren Schlüssel verloren haben, wenden Sie sich ' +
    'an Ihren Administrator.',
  useKey: 'Passkey oder Sicherheitsschlüssel verwenden',
  orCode: 'oder einen Code eingeben',
  keyFailed:
    'Der Passkey oder Sicherheitsschlüssel hat nicht geantwortet. Versuchen Sie es noch einmal oder auf anderem Weg.',
  keyNeedsScript:
    'Passkeys und Sicherheitsschlüssel brauchen JavaScript, das in diesem Browser abgeschaltet ist.',
  keyElsewhere: (origin) =>
    `Passkeys und Sicherheitsschlüssel funktionieren nur unter ${origin}. Öffnen Sie diese Seite dort.`,
  newByRecoveryCode: 'Mit dem Wiederherstellungscode neue erzeugen',
  keyUnknown:
    'Dieser Browser kann mit Passkeys und Sicherheitsschlüsseln nicht umgehen. Öffnen Sie diese Seite in einem anderen.',
  whatItAsksByKey: 'Zum Anmelden braucht es Ihr Passwort und einen Passkey oder Sicherheitsschlüssel.',
  disableByKeyExplanation: 'Zum Abschalten verwenden Sie Ihren Passkey oder Sicherheitsschlüssel.',
  recoveryByKeyHint: 'Schlüssel nicht zur Hand? Wiederherstellungscode verwenden',
  stepUpByKeyExplanation: 'Dafür braucht es noch einmal Ihren Passkey oder Sicherheitsschlüssel.',
  recoveryHint: (digits) =>
    `${isApp(digits) ? 'Telefon' : 'Authenticator'} nicht zur Hand? Wiederherstellungscode verwenden`,
  recoveryCode: 'Wiederherstellungscode',
  byRecoveryCode: 'Wiederherstellungscode verwenden',
  cancelSignIn: 'Abbrechen und mit einem anderen Konto anmelden',
  settingsTitle: 'Zwei-Schritt-Authentifizierung',
  stateOn: 'Eingeschaltet',
  stateOff: 'Nicht eingeschaltet',
  enabled: 'Die Zwei-Schritt-Authentifizierung ist eingeschaltet.',
  whatItAsks: (digits) =>
    isApp(digits)
      ? 'Zum Anmelden braucht es Ihr Passwort und einen Code aus der App auf Ihrem Telefon.'
      : 'Zum Anmelden braucht es Ihr Passwort und einen Code von Ihrem Authenticator.',
  disabled: 'Die Zwei-Schritt-Authentifizierung ist nicht eingeschaltet.',
  whyEnable:
    'Mit ihr braucht es zum Anmelden Ihr Passwort und einen Code aus einer App auf Ihrem Telefon; ein gestohlenes ' +
    'Passwort allein öffnet nichts.',
  enable: 'Zwei-Schritt-Authentifizierung einschalten',
  disable: 'Zwei-Schritt-Authentifizierung abschalten',
  disableExplanation: (digits) =>
    isApp(digits)
      ? 'Geben Sie zum Abschalten den Code ein, den Ihre Authenticator-App jetzt anzeigt.'
      : `Geben Sie zum Abschalten den ${digitsOf(digits)} Code ein, den Ihr Authenticator jetzt anzeigt.`,
  disableByRecoveryCode: 'Mit dem Wiederherstellungscode abschalten',
  newRecoveryCodes: 'Neue Wiederherstellungscodes erzeugen',
  newRecoveryCodesExplanation: {
    app: 'Jeder meldet Sie einmal ohne Ihr Telefon an. Wenn Sie neue erzeugen, gelten die alten nicht mehr.',
    token:
      'Jeder meldet Sie einmal ohne Ihren Authenticator an. Wenn Sie neue erzeugen, gelten die alten nicht mehr.',
    key: 'Jeder meldet Sie einmal ohne Ihren Schlüssel an. Wenn Sie neue erzeugen, gelten die alten nicht mehr.',
    nothing:
      'Sie funktionieren nicht, solange Sie sich nur mit einem Passkey oder Sicherheitsschlüssel anmelden können: halten ' +
      'Sie einen zweiten bereit. Wenn Sie neue erzeugen, gelten die alten nicht mehr.',
  },
  enterShownCode: (digits) =>
    isApp(digits)
      ? 'Geben Sie den Code ein, den Ihre Authenticator-App jetzt anzeigt.'
      : `Geben Sie den ${digitsOf(digits)} Code ein, den Ihr Authenticator jetzt anzeigt.`,
  fewRecoveryCodes: 'Erzeugen Sie neue.',
  unconfirmedRecoveryCodes: 'Wenn Sie sie nicht gesichert haben, erzeugen Sie neue.',
  confirmRecoveryCodes: 'Ich habe sie',
  recoveryCodesLeft: (left) =>
    `Noch ${counted(left, { one: 'Wiederherstellungscode', other: 'Wiederherstellungscodes' })}.`,
  back: 'Zurück',
  actingAs: (actor, account) => `Sie sind ${actor} und handeln als ${account}.`,
  notWhileActing: 'Die Zwei-Schritt-Authentifizierung eines Kontos kann nur ändern, wem es gehört.',
  leave: 'Zurückkehren',
  setupTitle: {
    first: 'Zwei-Schritt-Authentifizierung einschalten',
    added: 'Weiteren Authenticator hinzufügen',
    replacing: 'Neues Telefon einrichten',
  },
  setupExplanation:
    'Sie brauchen eine Authenticator-App auf Ihrem Telefon, zum Beispiel Google Authenticator. An Ihrem Konto ändert sich ' +
    'nichts, bevor der letzte Schritt getan ist.',
  addAccount: 'Das Konto in die App aufnehmen',
  qrCode: 'QR-Code für Ihre Authenticator-App',
  scanOrType: 'Scannen Sie den QR-Code mit der App oder tippen Sie Konto und Schlüssel dort ein.',
  typeOnly: 'Tippen Sie Konto und Schlüssel in die App ein.',
  account: 'Konto',
  key: 'Schlüssel',
  keyKindLabel: 'Art des Codes',
  keyKind: 'zeitbasiert, 6 Stellen',
  enterCode: 'Den Code eingeben',
  confirm: 'Geben Sie den sechsstelligen Code ein, den die App jetzt anzeigt, und drücken Sie „Ok“.',
  compareClocks: 'Die Uhren vergleichen',
  serverTime: 'Serverzeit',
  clocks:
    'Ihr Telefon muss dieselbe Minute anzeigen, nur die Zeitzone darf anders sein. Sonst stellen Sie es auf Netzzeit.',
  cancel: 'Abbrechen',
  recoveryCodesTitle: 'Wiederherstellungscodes',
  yourRecoveryCodes: 'Ihre Wiederherstellungscodes',
  recoveryCodesExplanation: {
    app:
      'Die Zwei-Schritt-Authentifizierung ist eingeschaltet. Bewahren Sie diese Codes sicher und getrennt von Ihrem Telefon ' +
      'auf: jeder meldet Sie einmal an, wenn es nicht zur Hand ist. Sie werden nur jetzt gezeigt.',
    token:
      'Die Zwei-Schritt-Authentifizierung ist eingeschaltet. Bewahren Sie diese Codes sicher und getrennt von Ihrem ' +
      'Authenticator auf: jeder meldet Sie einmal an, wenn er nicht zur Hand ist. Sie werden nur jetzt gezeigt.',
    key:
      'Die Zwei-Schritt-Authentifizierung ist eingeschaltet. Bewahren Sie diese Codes sicher und getrennt von Ihrem ' +
      'Schlüssel auf: jeder meldet Sie einmal an, wenn er nicht zur Hand ist. Sie werden nur jetzt gezeigt.',
    nothing:
      'Die Zwei-Schritt-Authentifizierung ist eingeschaltet. Bewahren Sie diese Codes sicher auf. Sie funktionieren nicht, ' +
      'solange Sie sich nur mit einem Passkey oder Sicherheitsschlüssel anmelden können: fügen Sie einen zweiten hinzu. ' +
      'Sie werden nur jetzt gezeigt.',
  },
  download: 'Herunterladen',
  copy: 'Kopieren',
  copied: 'Kopiert.',
  print: 'Drucken',
  saved: 'Ich habe sie gesichert',
  notShownAgain: {
    app: 'Sie können nicht noch einmal gezeigt werden. Ohne sie und ohne Ihr Telefon könnten Sie sich nicht anmelden.',
    token:
      'Sie können nicht noch einmal gezeigt werden. Ohne sie und ohne Ihren Authenticator könnten Sie sich nicht ' +
      'anmelden.',
    key: 'Sie können nicht noch einmal gezeigt werden. Ohne sie und ohne Ihren Schlüssel könnten Sie sich nicht anmelden.',
    nothing: 'Sie können nicht noch einmal gezeigt werden.',
  },
  recoveryCodeUsedTitle: 'Sie haben einen Wiederherstellungscode verwendet',
  recoveryCodeUsedExplanation: {
    app:
      'Er gilt nur dieses eine Mal, und Codes, die Ihr Telefon bis jetzt gezeigt hat, und der nächste gelten nicht. Ist das Telefon ' +
      'verloren? Richten Sie in den Einstellungen ein neues ein und erzeugen Sie neue Wiederherstellungscodes.',
    token:
      'Er gilt nur dieses eine Mal, und Codes, die Ihr Authenticator bis jetzt gezeigt hat, und der nächste gelten nicht. Ist ' +
      'er verloren? Richten Sie in den Einstellungen ein Telefon ein und erzeugen Sie neue Wiederherstellungscodes.',
    key:
      'Er gilt nur dieses eine Mal. Ist Ihr Schlüssel verloren? Fügen Sie in den Einstellungen einen neuen hinzu, ' +
      'entfernen Sie den verlorenen und erzeugen Sie neue Wiederherstellungscodes.',
    nothing: 'Er gilt nur dieses eine Mal.',
  },
  toSettings: 'Einstellungen öffnen',
  stepUpTitle: 'Bestätigen Sie, dass Sie es sind',
  stepUpExplanation: (digits) =>
    isApp(digits)
      ? 'Dafür braucht es einen neuen Code aus Ihrer Authenticator-App.'
      : `Dafür braucht es einen neuen ${digitsOf(digits)} Code von Ihrem Authenticator.`,
  notDone: 'Was Sie abgeschickt haben, ist nicht ausgeführt worden. Wiederholen Sie es nach diesem Schritt.',
  notDoneWhileActing:
    'Was Sie abgeschickt haben, ist nicht ausgeführt worden, weil Sie als jemand anderes handeln. Nur wem das Konto ' +
    'gehört, kann das.',
  neededFor: {
    page: 'Die gewünschte Seite verlangt Zwei-Schritt-Authentifizierung. Schalten Sie sie hier ein, dann kommen Sie dorthin zurück.',
    form: 'Was Sie abgeschickt haben, verlangt Zwei-Schritt-Authentifizierung und ist nicht ausgeführt worden. Schalten Sie sie hier ein und wiederholen Sie es dann.',
  },
  keyNeededFor: {
    page: 'Die gewünschte Seite verlangt einen Passkey oder Sicherheitsschlüssel. Fügen Sie hier einen hinzu, dann kommen Sie dorthin zurück.',
    form: 'Was Sie abgeschickt haben, verlangt einen Passkey oder Sicherheitsschlüssel und ist nicht ausgeführt worden. Fügen Sie hier einen hinzu und wiederholen Sie es dann.',
  },
  rememberBrowser: (days) =>
    days === 1 ? 'Diesen Browser 1 Tag lang merken' : `Diesen Browser ${String(days)} Tage lang merken`,
  mustEnrollTitle: 'Zwei-Schritt-Authentifizierung ist Pflicht',
  mustEnrollExplanation:
    'Ihr Passwort war richtig. Dieses Konto darf nur mit Zwei-Schritt-Authentifizierung benutzt werden: schalten Sie sie ' +
    'jetzt ein, dann werden Sie angemeldet. Sie brauchen eine Authenticator-App auf Ihrem Telefon.',
  requiredFrom: (day) => `Ab ${day} ist die Zwei-Schritt-Authentifizierung für dieses Konto Pflicht.`,
  required:
    'Die Zwei-Schritt-Authentifizierung ist für dieses Konto Pflicht und kann daher nicht abgeschaltet werden.',
  later: 'Später',
  authenticatorsTitle: 'Authenticator-Geräte',
  authenticator: (place) => `Gerät ${String(place)}`,
  addedOn: (day) => `hinzugefügt am ${day}`,
  remove: 'Entfernen',
  addFirstAuthenticator: 'Authenticator-App hinzufügen',
  addAuthenticator: 'Weiteren Authenticator hinzufügen',
  authenticatorName: 'Name (freiwillig)',
  replaceAuthenticator: 'Neues Telefon einrichten',
  replaceExplanation:
    'Ein neues Telefon tritt an die Stelle aller Geräte, sobald Sie es bestätigt haben; bis dahin gelten die alten. Ihre ' +
    'Wiederherstellungscodes bleiben.',
  keysStay:
    'Ihre Passkeys und Sicherheitsschlüssel bleiben. War einer auf einem verlorenen Telefon, entfernen Sie ihn ebenfalls.',
  keysTitle: 'Passkeys und Sicherheitsschlüssel',
  keysExplanation:
    'Ein Passkey liegt in Ihrem Telefon, Ihrem Computer oder Ihrem Passwortmanager, ein Sicherheitsschlüssel in Ihrer ' +
    'Tasche. Keine gefälschte Seite kann danach fragen wie nach einem Code.',
  showKeys: (count) =>
    count === 0
      ? 'Passkey oder Sicherheitsschlüssel hinzufügen'
      : `${counted(count, { one: 'Schlüssel', other: 'Schlüssel' })}: anzeigen, hinzufügen, entfernen`,
  keyNumber: (place) => `Schlüssel ${String(place)}`,
  keyStopped:
    'Gesperrt: es könnte eine Kopie davon geben. Entfernen Sie ihn und fügen Sie einen anderen hinzu.',
  addKey: 'Passkey oder Sicherheitsschlüssel hinzufügen',
  addSecondKey: 'Einen zweiten hinzufügen',
  rename: 'Umbenennen',
  mustAddKeyTitle: 'Ein Passkey oder Sicherheitsschlüssel ist Pflicht',
  mustAddKeyExplanation:
    'Ihr Konto braucht einen Passkey oder Sicherheitsschlüssel, bevor Sie weitermachen können. Fügen Sie einen hinzu: den ' +
    'in Ihrem Telefon oder Computer oder einen zum Einstecken.',
  browsersTitle: 'Gemerkte Browser',
  browsersExplanation: 'In diesen Browsern wird bei der Anmeldung mit Passwort kein Code verlangt.',
  showBrowsers: 'Gemerkte Browser anzeigen',
  noBrowsers: 'Es ist kein Browser gemerkt.',
  unknownBrowser: 'Unbekannter Browser',
  thisBrowser: 'dieser Browser',
  rememberedUntil: (day) => `bis ${day}`,
  lastUsed: (day) => `zuletzt benutzt am ${day}`,
  forget: 'Vergessen',
  forgetAll: 'Alle vergessen',
  activityTitle: 'Letzte Vorgänge',
  activityExplanation:
    'Anmeldungen mit dem zweiten Schritt, falsche Codes und Änderungen, das Neueste zuerst. Ist etwas nicht von Ihnen? Ändern Sie Ihr Passwort, und melden Sie andere Sitzungen ab.',
  activityTimes: (what, count) => `${what} (${String(count)}-mal)`,
  activityBy: (operator) => `durch ${operator}`,
  earlierActivity: 'Früher',
  noActivity: 'Noch nichts.',
  activity: {
    enrolled: 'Zwei-Schritt-Authentifizierung eingeschaltet',
    imported: 'Zwei-Schritt-Authentifizierung aus einem anderen System übernommen',
    'signed-in': 'Angemeldet',
    'remembered-browser': 'Ohne Code angemeldet (gemerkter Browser)',
    'code-accepted': 'Mit einem Code bestätigt',
    'security-key-used': 'Mit Passkey oder Sicherheitsschlüssel bestätigt',
    'recovery-code-used': 'Wiederherstellungscode verwendet',
    'code-refused': 'Falscher Code',
    locked: 'Falsche Codes, danach eine Wartezeit',
    'recovery-codes-regenerated': 'Neue Wiederherstellungscodes erstellt',
    'recovery-codes-confirmed': 'Wiederherstellungscodes gesichert',
    'authenticator-added': 'Authenticator-Gerät hinzugefügt',
    'authenticator-replaced': 'Neues Telefon an Stelle aller Authenticator-Geräte',
    'authenticator-removed': 'Authenticator-Gerät entfernt',
    'security-key-added': 'Passkey oder Sicherheitsschlüssel hinzugefügt',
    'security-key-renamed': 'Passkey oder Sicherheitsschlüssel umbenannt',
    'security-key-removed': 'Passkey oder Sicherheitsschlüssel entfernt',
    'security-key-stopped': 'Passkey oder Sicherheitsschlüssel gesperrt: Es kann eine Kopie davon geben',
    'browser-remembered': 'Angemeldet, Browser gemerkt',
    'browsers-revoked': 'Browser vergessen',
    'other-sessions-ended': 'Andere Sitzungen abgemeldet',
    unlocked: 'Wartezeit nach falschen Codes beendet',
  },
  otherSessionsTitle: 'Andere Sitzungen',
  otherSessionsExplanation:
    'Überall sonst, wo Sie angemeldet sind, wird wieder ein Code verlangt, auch in gemerkten Browsern. Hier bleiben Sie angemeldet.',
  endOtherSessions: 'Andere Sitzungen abmelden',
  errorTitle: 'Das hat nicht geklappt',
  toHome: 'Weiter',
  toSignIn: 'Anmelden',
  problems: {
    'code-malformed':
      'Geben Sie die Ziffern ein, die Ihr Authenticator anzeigt (sechs bis acht), oder einen Wiederherstellungscode.',
    'body-malformed': 'Die Anfrage war nicht lesbar.',
    'login-required': 'Melden Sie sich zuerst an.',
    'code-required': 'Der Einmalcode fehlt noch.',
    'sign-in-expired':
      'Diese Anmeldung ist beendet: ihre Zeit ist um, oder ein anderer Klick hat sie abgeschlossen oder abgebrochen. Wenn Sie nicht angemeldet sind, melden Sie sich noch einmal an.',
    'code-invalid': 'Der Code ist falsch.',
    'code-already-used': 'Dieser Code wurde schon benutzt. Warten Sie auf den nächsten.',
    'assertion-invalid': 'Der Passkey oder Sicherheitsschlüssel passt nicht.',
    'assertion-already-used':
      'Dieser Schlüssel wurde inzwischen anderswo benutzt. Verwenden Sie ihn noch einmal.',
    'security-key-stopped':
      'Dieser Schlüssel ist gesperrt: es könnte eine Kopie davon geben. Melden Sie sich auf anderem Weg an und entfernen Sie ihn.',
    'security-key-required': 'Hier braucht es einen Passkey oder Sicherheitsschlüssel.',
    'security-key-limit': 'Mehr Schlüssel kann dieses Konto nicht haben.',
    'security-key-known': 'Dieser Schlüssel ist schon hinzugefügt.',
    'security-key-invalid': 'Der Passkey oder Sicherheitsschlüssel konnte nicht hinzugefügt werden.',
    'step-up-required': 'Bestätigen Sie mit einem neuen Code, dass Sie es sind.',
    'session-required': 'Diese Seite verlangt eine Anmeldung mit diesem Konto.',
    'enrollment-required': 'Schalten Sie zuerst die Zwei-Schritt-Authentifizierung ein.',
    'impersonation-refused': 'Das geht nicht, solange Sie als jemand anderes handeln.',
    'cross-site': 'Die Anfrage kam von einer anderen Website und wurde abgelehnt.',
    'disable-refused': 'Für dieses Konto ist die Zwei-Schritt-Authentifizierung Pflicht.',
    'not-found': 'Diesen Authenticator, Schlüssel oder Browser gibt es nicht.',
    'already-enrolled': 'Die Zwei-Schritt-Authentifizierung ist schon eingeschaltet.',
    'not-enrolled': 'Die Zwei-Schritt-Authentifizierung ist nicht eingeschaltet.',
    'other-factor':
      'Dieses Konto hat noch seine frühere Zwei-Schritt-Authentifizierung. Solange sie nicht übernommen ist, kann keine andere eingeschaltet werden.',
    'authenticator-limit': 'Mehr Authenticator-Geräte kann dieses Konto nicht haben.',
    'factor-last': 'Das ist der einzige zweite Faktor dieses Kontos.',
    'recovery-codes-outdated': 'Diese Wiederherstellungscodes sind inzwischen durch neue ersetzt.',
    'setup-expired':
      'Diese Einrichtung ist beendet: sie wurde abgeschlossen, abgebrochen, durch eine andere ersetzt, oder ihre Zeit ist um.',
    'other-account': 'Sie sind inzwischen mit einem anderen Konto angemeldet. Es wurde nichts ausgeführt.',
    'not-impersonating': 'Hier handelt niemand als jemand anderes.',
    'clock-skew':
      'Der Code gehört zu einer anderen Minute: die Uhren von Telefon und Server gehen verschieden.',
    locked: 'Zu viele falsche Codes. Bitte warten Sie.',
    'store-unavailable': 'Der Code kann gerade nicht geprüft werden. Versuchen Sie es noch einmal.',
    'record-unreadable': 'Die Daten der Zwei-Schritt-Authentifizierung dieses Kontos sind nicht lesbar.',
    'record-missing': 'Die Daten der Zwei-Schritt-Authentifizierung dieses Kontos fehlen.',
  },
  setupCodeMalformed: 'Geben Sie die sechs Ziffern ein, die Ihre App anzeigt.',
  codeMalformed: (digits) =>
    `Der Code muss ${countsOf(digits)} Ziffern haben oder ein Wiederherstellungscode sein.`,
  impersonationRefused: {
    'level-unknown': 'Eines der beiden Konten hat keine Stufe.',
    'not-below': 'Sie können sich nur als ein Konto unter Ihrer eigenen Stufe anmelden.',
    'target-has-second-factor':
      'Dieses Konto verwendet Zwei-Schritt-Authentifizierung. Es öffnet sich nur mit seinem eigenen Namen, Passwort und Code.',
    'actor-not-verified': 'In dieser Sitzung fehlt Ihr eigener zweiter Schritt.',
    'proof-too-old':
      'Ihre eigene Anmeldung liegt dafür zu lange zurück. Kehren Sie zu Ihrem Konto zurück und bestätigen Sie, dass Sie es sind.',
    'not-allowed': 'Sie dürfen sich nicht als dieses Konto anmelden.',
    'account-unknown': 'Dieses Konto gibt es nicht.',
  },
  clockSkew: (minutes) =>
    `Der Code gehört zu einer anderen Minute: die Uhr Ihres Telefons geht ${minutesOf(Math.abs(minutes))} ` +
    `${minutes > 0 ? 'vor' : 'nach'}. Stellen Sie das Telefon auf Netzzeit und nehmen Sie den nächsten Code.`,
  lockedFor: (seconds) =>
    `Zu viele falsche Codes. Versuchen Sie es in ${
      seconds < 90 ? secondsOf(seconds) : minutesOf(Math.ceil(seconds / 60))
    } noch einmal oder verwenden Sie einen Wiederherstellungscode.`,
  lockedForGood:
    'Zu viele falsche Codes. Verwenden Sie einen Wiederherstellungscode oder wenden Sie sich an Ihren Administrator.',
  titleOfError: (title) => `Fehler: ${title}`,
  checkedAgainAt: 'Codes werden wieder geprüft um',
  checkedAgain: 'Codes werden wieder geprüft: geben Sie den ein, der jetzt angezeigt wird.',
  lastsUntil: 'Dieses Formular gilt bis',
  endsSoon: 'Dieses Formular endet in einer Minute.',
  hasEnded: 'Die Zeit für dieses Formular ist abgelaufen. Beginnen Sie noch einmal.',
  openInApp: 'In der Authenticator-App öffnen',
  accountName: 'Kontoname',
  copyKey: 'Schlüssel kopieren',
  thenSetup: 'Direkt danach beginnt die Einrichtung.',
  thenActing: (account) => `Direkt danach sind Sie als ${account} angemeldet.`,
  opensByItself: (account) =>
    `Von hier aus können Sie sich nicht als ${account} anmelden. Dieses Konto verwendet Zwei-Schritt-Authentifizierung. Nur ` +
    'sein eigener Name, sein Passwort und sein Code öffnen es. Kennt niemand das Passwort, setzen Sie ein neues (Bearbeiten) ' +
    'und melden Sie sich dort an.',
  signInAs: (account) => `Als ${account} anmelden`,
  done: {
    disabled: 'Die Zwei-Schritt-Authentifizierung wurde ausgeschaltet. Ab jetzt genügt Ihr Passwort.',
    'authenticator-added': 'Der Authenticator wurde hinzugefügt.',
    'authenticator-replaced': 'Das neue Telefon hat das alte ersetzt.',
    'authenticator-removed': 'Der Authenticator wurde entfernt.',
    'key-added': 'Der Schlüssel wurde hinzugefügt.',
    'key-removed': 'Der Schlüssel wurde entfernt.',
    'key-renamed': 'Der Schlüssel wurde umbenannt.',
    'browser-forgotten': 'Der Browser wurde vergessen: dort wird wieder nach einem Code gefragt.',
    'browsers-forgotten': 'Alle Browser wurden vergessen: dort wird wieder nach einem Code gefragt.',
    'recovery-codes-confirmed': 'Vermerkt: Sie haben die Wiederherstellungscodes.',
    'recovery-codes-shown':
      'Wiederherstellungscodes werden nur einmal angezeigt. Für neue brauchen Sie einen neuen Code oder Ihren Schlüssel.',
  },
};
