import { isApp } from './digits.js';
import { plural } from './plural.js';
import type { Texts } from './texts.js';

const counted = plural('fr');
const list = new Intl.ListFormat('fr', { type: 'disjunction' });
const digitsOf = (digits: readonly number[]): string => `à ${list.format(digits.map(String))} chiffres`;
const minutesOf = (count: number): string => counted(count, { one: 'minute', other: 'minutes' });
const secondsOf = (count: number): string => counted(count, { one: 'seconde', other: 'secondes' });

/** The pages in French. */
export const french: Texts = {
  language: 'fr',
  code: 'Mot de passe à usage unique',
  ok: 'Ok',
  verifyTitle: 'Authentification en deux étapes',
  verifyExplanation: (digits) =>
    isApp(digits)
      ? 'Saisissez le code à six chiffres que votre application d’authentification affiche en ce moment.'
      : `Saisissez le code ${digitsOf(digits)} que votre authentificateur affiche en ce moment.`,
  verifyByKeyExplanation: 'Confirmez votre identité avec votre clé d’accès ou votre clé de sécurité.',
  noKeyHere:
    'Les clés d’accès et de sécurité de ce compte ne fonctionnent plus ici. Utilisez un code de récupération ou ' +
    'adressez-vous à votre administrateur.',
  keyLost:
    'Les codes de récupération ne fonctionnent pas ici pour le moment. Si vous avez perdu votre clé, adressez-vous à ' +
    'votre administrateur.',
  useKey: 'Utiliser une clé d’accès ou de sécurité',
  orCode: 'ou saisir un code',
  keyFailed: 'La clé d’accès ou de sécurité n’a pas répondu. Réessayez, ou utilisez un autre moyen.',
  keyNeedsScript:
    'Les clés d’accès et de sécurité ont besoin de JavaScript, qui est désactivé dans ce navigateur.',
  keyElsewhere: (origin) =>
    `Les clés d’accès et de sécurité ne fonctionnent qu’à l’adresse ${origin}. Ouvrez cette page là-bas.`,
  newByRecoveryCode: 'En créer de nouveaux avec le code de récupération',
  keyUnknown:
    'Ce navigateur ne sait pas utiliser les clés d’accès et de sécurité. Ouvrez cette page dans un autre.',
  whatItAsksByKey: 'La connexion demande votre mot de passe et une clé d’accès ou de sécurité.',
  disableByKeyExplanation: 'Pour la désactiver, utilisez votre clé d’accès ou de sécurité.',
  recoveryByKeyHint: 'Pas de clé sous la main ? Utilisez un code de récupération',
  stepUpByKeyExplanation: 'Cette action demande encore une fois votre clé d’accès ou de sécurité.',
  recoveryHint: (digits) =>
    `Pas ${isApp(digits) ? 'de téléphone' : 'd’authentificateur'} sous la main ? Utilisez un code de récupération`,
  recoveryCode: 'Code de récupération',
  byRecoveryCode: 'Utiliser le code de récupération',
  cancelSignIn: 'Annuler et se connecter avec un autre compte',
  settingsTitle: 'Authentification en deux étapes',
  stateOn: 'Activée',
  stateOff: 'Non activée',
  enabled: 'L’authentification en deux étapes est activée.',
  whatItAsks: (digits) =>
    isApp(digits)
      ? 'La connexion demande votre mot de passe et un code de l’application sur votre téléphone.'
      : 'La connexion demande votre mot de passe et un code de votre authentificateur.',
  disabled: 'L’authentification en deux étapes n’est pas activée.',
  whyEnable:
    'Avec elle, la connexion demande votre mot de passe et un code d’une application sur votre téléphone : un mot de ' +
    'passe volé n’ouvre rien à lui seul.',
  enable: 'Activer l’authentification en deux étapes',
  disable: 'Désactiver l’authentification en deux étapes',
  disableExplanation: (digits) =>
    isApp(digits)
      ? 'Pour la désactiver, saisissez le code que votre application d’authentification affiche en ce moment.'
      : `Pour la désactiver, saisissez le code ${digitsOf(digits)} que votre authentificateur affiche en ce moment.`,
  disableByRecoveryCode: 'Désactiver avec le code de récupération',
  newRecoveryCodes: 'Créer de nouveaux codes de récupération',
  newRecoveryCodesExplanation: {
    app: 'Chacun vous connecte une fois sans votre téléphone. En créer de nouveaux annule les anciens.',
    token:
      'Chacun vous connecte une fois sans votre authentificateur. En créer de nouveaux annule les anciens.',
    key: 'Chacun vous connecte une fois sans votre clé. En créer de nouveaux annule les anciens.',
    nothing:
      'Ils ne fonctionnent pas tant que vous ne pouvez vous connecter qu’avec une clé d’accès ou de sécurité : ayez-en une ' +
      'deuxième. En créer de nouveaux annule les anciens.',
  },
  enterShownCode: (digits) =>
    isApp(digits)
      ? 'Saisissez le code que votre application d’authentification affiche en ce moment.'
      : `Saisissez le code ${digitsOf(digits)} que votre authentificateur affiche en ce moment.`,
  fewRecoveryCodes: 'Créez-en de nouveaux.',
  unconfirmedRecoveryCodes: 'Si vous ne les avez pas conservés, créez-en de nouveaux.',
  confirmRecoveryCodes: 'Je les ai',
  recoveryCodesLeft: (left) =>
    `Il reste ${counted(left, { one: 'code de récupération', other: 'codes de récupération' })}.`,
  back: 'Retour',
  actingAs: (actor, account) => `Vous êtes ${actor} et agissez en tant que ${account}.`,
  notWhileActing: 'Seul le titulaire d’un compte peut en modifier l’authentification en deux étapes.',
  leave: 'Revenir',
  setupTitle: {
    first: 'Activer l’authentification en deux étapes',
    added: 'Ajouter un autre authentificateur',
    replacing: 'Configurer un nouveau téléphone',
  },
  setupExplanation:
    'Il vous faut une application d’authentification sur votre téléphone, par exemple Google Authenticator. Rien ne change ' +
    'pour votre compte avant la dernière étape.',
  addAccount: 'Ajoutez le compte à l’application',
  qrCode: 'Code QR pour votre application d’authentification',
  scanOrType: 'Scannez le code QR avec l’application, ou saisissez-y le compte et la clé.',
  typeOnly: 'Saisissez le compte et la clé dans l’application.',
  account: 'Compte',
  key: 'Clé',
  keyKindLabel: 'Type de code',
  keyKind: 'basé sur le temps, 6 chiffres',
  enterCode: 'Saisissez le code',
  confirm: 'Saisissez le code à six chiffres que l’application affiche en ce moment, et appuyez sur « Ok ».',
  compareClocks: 'Comparez les horloges',
  serverTime: 'Heure du serveur',
  clocks:
    'Votre téléphone doit afficher la même minute ; seul le fuseau horaire peut différer. Sinon, réglez-le sur l’heure du réseau.',
  cancel: 'Annuler',
  recoveryCodesTitle: 'Codes de récupération',
  yourRecoveryCodes: 'Vos codes de récupération',
  recoveryCodesExplanation: {
    app:
      'L’authentification en deux étapes est activée. Gardez ces codes en lieu sûr, loin de votre téléphone : chacun vous ' +
      'connecte une fois quand vous ne l’avez pas sous la main. Ils ne sont affichés que maintenant.',
    token:
      'L’authentification en deux étapes est activée. Gardez ces codes en lieu sûr, loin de votre authentificateur ' +
      ': chacun vous connecte une fois quand vous ne l’avez pas sous la main. Ils ne sont affichés que maintenant.',
    key:
      'L’authentification en deux étapes est activée. Gardez ces codes en lieu sûr, loin de votre clé : chacun vous ' +
      'connecte une fois quand vous ne l’avez pas sous la main. Ils ne sont affichés que maintenant.',
    nothing:
      'L’authentification en deux étapes est activée. Gardez ces codes en lieu sûr. Ils ne fonctionnent pas tant que vous ne ' +
      'pouvez vous connecter qu’avec une clé d’accès ou de sécurité : ajoutez-en une deuxième. Ils ne sont affichés que ' +
      'maintenant.',
  },
  download: 'Télécharger',
  copy: 'Copier',
  copied: 'Copié.',
  print: 'Imprimer',
  saved: 'Je les ai conservés',
  notShownAgain: {
    app: 'Ils ne pourront plus être affichés. Sans eux et sans votre téléphone, vous ne pourriez pas vous connecter.',
    token:
      'Ils ne pourront plus être affichés. Sans eux et sans votre authentificateur, vous ne pourriez pas vous ' +
      'connecter.',
    key: 'Ils ne pourront plus être affichés. Sans eux et sans votre clé, vous ne pourriez pas vous connecter.',
    nothing: 'Ils ne pourront plus être affichés.',
  },
  recoveryCodeUsedTitle: 'Vous avez utilisé un code de récupération',
  recoveryCodeUsedExplanation: {
    app:
      'Il ne sert que cette fois, et les codes que votre téléphone a affichés jusqu’ici, ainsi que le prochain, ne valent plus rien. Le téléphone est ' +
      'perdu ? Configurez-en un nouveau dans les paramètres et créez de nouveaux codes de récupération.',
    token:
      'Il ne sert que cette fois, et les codes que votre authentificateur a affichés jusqu’ici, ainsi que le prochain, ne valent plus rien. ' +
      'Il est perdu ? Configurez un téléphone dans les paramètres et créez de nouveaux codes de récupération.',
    key:
      'Il ne sert que cette fois. Votre clé est perdue ? Ajoutez-en une nouvelle dans les paramètres, supprimez celle ' +
      'qui est perdue et créez de nouveaux codes de récupération.',
    nothing: 'Il ne sert que cette fois.',
  },
  toSettings: 'Ouvrir les paramètres',
  stepUpTitle: 'Confirmez votre identité',
  stepUpExplanation: (digits) =>
    isApp(digits)
      ? 'Cette action demande un nouveau code de votre application d’authentification.'
      : `Cette action demande un nouveau code ${digitsOf(digits)} de votre authentificateur.`,
  notDone: 'Ce que vous avez envoyé n’a pas été exécuté. Recommencez après cette étape.',
  notDoneWhileActing:
    'Ce que vous avez envoyé n’a pas été exécuté, car vous agissez en tant que quelqu’un d’autre. Seul le titulaire le peut.',
  neededFor: {
    page: 'La page demandée exige l’authentification en deux étapes. Activez-la ici, et vous y reviendrez.',
    form: 'Ce que vous avez envoyé exige l’authentification en deux étapes et n’a pas été exécuté. Activez-la ici, puis recommencez.',
  },
  keyNeededFor: {
    page: 'La page demandée exige une clé d’accès ou de sécurité. Ajoutez-en une ici, et vous y reviendrez.',
    form: 'Ce que vous avez envoyé exige une clé d’accès ou de sécurité et n’a pas été exécuté. Ajoutez-en une ici, puis recommencez.',
  },
  rememberBrowser: (days) =>
    `Se souvenir de ce navigateur pendant ${counted(days, { one: 'jour', other: 'jours' })}`,
  mustEnrollTitle: 'L’authentification en deux étapes est obligatoire',
  mustEnrollExplanation:
    'Votre mot de passe est correct. Ce compte ne peut être utilisé qu’avec l’authentification en deux étapes : ' +
    'activez-la maintenant et vous serez connecté. Il vous faut une application d’authentification sur votre téléphone.',
  requiredFrom: (day) =>
    `À partir du ${day}, l’authentification en deux étapes sera obligatoire pour ce compte.`,
  required:
    'L’authentification en deux étapes est obligatoire pour ce compte ; elle ne peut pas être désactivée.',
  later: 'Plus tard',
  authenticatorsTitle: 'Authentificateurs',
  authenticator: (place) => `Authentificateur ${String(place)}`,
  addedOn: (day) => `ajouté le ${day}`,
  remove: 'Supprimer',
  addFirstAuthenticator: 'Ajouter une application d’authentification',
  addAuthenticator: 'Ajouter un autre authentificateur',
  authenticatorName: 'Nom (facultatif)',
  replaceAuthenticator: 'Configurer un nouveau téléphone',
  replaceExplanation:
    'Un nouveau téléphone remplace tous les authentificateurs dès que vous l’avez confirmé ; jusque-là, les anciens ' +
    'fonctionnent. Vos codes de récupération restent.',
  keysStay:
    'Vos clés d’accès et de sécurité restent. Si l’une se trouvait sur un téléphone perdu, supprimez-la aussi.',
  keysTitle: 'Clés d’accès et de sécurité',
  keysExplanation:
    'Une clé d’accès se trouve dans votre téléphone, votre ordinateur ou votre gestionnaire de mots de passe, une clé de ' +
    'sécurité dans votre poche. Aucune fausse page ne peut la demander comme elle demande un code.',
  showKeys: (count) =>
    count === 0
      ? 'Ajouter une clé d’accès ou de sécurité'
      : `${counted(count, { one: 'clé', other: 'clés' })} : afficher, ajouter, supprimer`,
  keyNumber: (place) => `Clé ${String(place)}`,
  keyStopped: 'Bloquée : il en existe peut-être une copie. Supprimez-la et ajoutez-en une autre.',
  addKey: 'Ajouter une clé d’accès ou de sécurité',
  addSecondKey: 'En ajouter une deuxième',
  rename: 'Renommer',
  mustAddKeyTitle: 'Une clé d’accès ou de sécurité est obligatoire',
  mustAddKeyExplanation:
    'Votre compte a besoin d’une clé d’accès ou de sécurité avant que vous puissiez continuer. Ajoutez-en une : celle de ' +
    'votre téléphone ou ordinateur, ou une clé à brancher.',
  browsersTitle: 'Navigateurs mémorisés',
  browsersExplanation:
    'Ces navigateurs ne demandent pas de code quand vous vous connectez avec votre mot de passe.',
  showBrowsers: 'Afficher les navigateurs mémorisés',
  noBrowsers: 'Aucun navigateur n’est mémorisé.',
  unknownBrowser: 'Navigateur inconnu',
  thisBrowser: 'ce navigateur',
  rememberedUntil: (day) => `jusqu’au ${day}`,
  lastUsed: (day) => `utilisé le ${day}`,
  forget: 'Oublier',
  forgetAll: 'Les oublier tous',
  activityTitle: 'Activité récente',
  activityExplanation:
    'Connexions avec la seconde étape, codes erronés et changements, du plus récent au plus ancien. Quelque chose ne vient pas de vous ? Changez votre mot de passe et déconnectez les autres sessions.',
  activityTimes: (what, count) => `${what} (${String(count)} fois)`,
  activityBy: (operator) => `par ${operator}`,
  earlierActivity: 'Plus ancien',
  noActivity: 'Rien pour l’instant.',
  activity: {
    enrolled: 'Authentification en deux étapes activée',
    imported: 'Authentification en deux étapes reprise d’un autre système',
    'signed-in': 'Connexion',
    'remembered-browser': 'Connexion sans code (navigateur mémorisé)',
    'code-accepted': 'Confirmation par un code',
    'security-key-used': 'Confirmation par une clé d’accès ou de sécurité',
    'recovery-code-used': 'Code de récupération utilisé',
    'code-refused': 'Code erroné',
    locked: 'Codes erronés, puis une attente',
    'recovery-codes-regenerated': 'Nouveaux codes de récupération créés',
    'recovery-codes-confirmed': 'Codes de récupération enregistrés',
    'authenticator-added': 'Authentificateur ajouté',
    'authenticator-replaced': 'Nouveau téléphone à la place de tous les authentificateurs',
    'authenticator-removed': 'Authentificateur supprimé',
    'security-key-added': 'Clé d’accès ou de sécurité ajoutée',
    'security-key-renamed': 'Clé d’accès ou de sécurité renommée',
    'security-key-removed': 'Clé d’accès ou de sécurité supprimée',
    'security-key-stopped': 'Clé d’accès ou de sécurité bloquée : il en existe peut-être une copie',
    'browser-remembered': 'Connexion, navigateur mémorisé',
    'browsers-revoked': 'Navigateurs oubliés',
    'other-sessions-ended': 'Autres sessions déconnectées',
    unlocked: 'Attente après des codes erronés levée',
  },
  otherSessionsTitle: 'Autres sessions',
  otherSessionsExplanation:
    'Partout ailleurs où vous êtes connecté, un code est de nouveau demandé, même dans les navigateurs mémorisés. Ici, vous restez connecté.',
  endOtherSessions: 'Déconnecter les autres sessions',
  errorTitle: 'Cela n’a pas fonctionné',
  toHome: 'Continuer',
  toSignIn: 'Se connecter',
  problems: {
    'code-malformed':
      'Saisissez les chiffres que votre authentificateur affiche (six à huit), ou un code de récupération.',
    'body-malformed': 'La requête n’a pas pu être lue.',
    'login-required': 'Connectez-vous d’abord.',
    'code-required': 'Le code à usage unique manque encore.',
    'sign-in-expired':
      'Cette connexion est terminée : son délai est écoulé, ou un autre clic l’a achevée ou annulée. Si vous n’êtes pas connecté, reconnectez-vous.',
    'code-invalid': 'Le code est incorrect.',
    'code-already-used': 'Ce code a déjà été utilisé. Attendez le suivant.',
    'assertion-invalid': 'La clé d’accès ou de sécurité ne convient pas.',
    'assertion-already-used': 'Cette clé a servi ailleurs entre-temps. Utilisez-la encore une fois.',
    'security-key-stopped':
      'Cette clé est bloquée : il en existe peut-être une copie. Connectez-vous autrement et supprimez-la.',
    'security-key-required': 'Il faut ici une clé d’accès ou de sécurité.',
    'security-key-limit': 'Ce compte ne peut pas avoir plus de clés.',
    'security-key-known': 'Cette clé est déjà ajoutée.',
    'security-key-invalid': 'La clé d’accès ou de sécurité n’a pas pu être ajoutée.',
    'step-up-required': 'Confirmez votre identité avec un nouveau code.',
    'session-required': 'Cette page demande une connexion avec ce compte.',
    'enrollment-required': 'Activez d’abord l’authentification en deux étapes.',
    'impersonation-refused': 'C’est impossible tant que vous agissez en tant que quelqu’un d’autre.',
    'cross-site': 'La requête venait d’un autre site et a été refusée.',
    'disable-refused': 'L’authentification en deux étapes est obligatoire pour ce compte.',
    'not-found': 'Cet authentificateur, cette clé ou ce navigateur n’existe pas.',
    'already-enrolled': 'L’authentification en deux étapes est déjà activée.',
    'not-enrolled': 'L’authentification en deux étapes n’est pas activée.',
    'other-factor':
      'Ce compte a encore son ancienne authentification en deux étapes. Tant qu’elle n’est pas reprise, aucune autre ne peut être activée.',
    'authenticator-limit': 'Ce compte ne peut pas avoir plus d’authentificateurs.',
    'factor-last': 'C’est le seul second facteur de ce compte.',
    'recovery-codes-outdated': 'Ces codes de récupération ont été remplacés par de nouveaux.',
    'setup-expired':
      'Cette configuration est terminée : elle a été achevée, annulée ou remplacée par une autre, ou son délai est écoulé.',
    'other-account': 'Vous êtes maintenant connecté à un autre compte. Rien n’a été fait.',
    'not-impersonating': 'Personne n’agit ici en tant que quelqu’un d’autre.',
    'clock-skew':
      'Le code vaut pour une autre minute : les horloges du téléphone et du serveur ne concordent pas.',
    locked: 'Trop de codes incorrects. Veuillez patienter.',
    'store-unavailable': 'Le code ne peut pas être vérifié en ce moment. Réessayez.',
    'record-unreadable': 'Les données d’authentification en deux étapes de ce compte sont illisibles.',
    'record-missing': 'Les données d’authentification en deux étapes de ce compte manquent.',
  },
  setupCodeMalformed: 'Saisissez les six chiffres que votre application affiche.',
  codeMalformed: (digits) => `Le code doit être un code ${digitsOf(digits)} ou un code de récupération.`,
  impersonationRefused: {
    'level-unknown': 'L’un des deux comptes n’a pas de niveau.',
    'not-below': 'Vous ne pouvez vous connecter qu’à un compte d’un niveau inférieur au vôtre.',
    'target-has-second-factor':
      'Ce compte utilise l’authentification en deux étapes. Seuls son identifiant, son mot de passe et son code l’ouvrent.',
    'actor-not-verified': 'Votre propre seconde étape manque dans cette session.',
    'proof-too-old':
      'Votre propre connexion est trop ancienne pour cela. Revenez à votre compte et confirmez votre identité.',
    'not-allowed': 'Vous n’êtes pas autorisé à vous connecter à ce compte.',
    'account-unknown': 'Ce compte n’existe pas.',
  },
  clockSkew: (minutes) =>
    `Le code vaut pour une autre minute : l’horloge de votre téléphone ${minutes > 0 ? 'avance' : 'retarde'} de ` +
    `${minutesOf(Math.abs(minutes))}. Réglez le téléphone sur l’heure du réseau et essayez le code suivant.`,
  lockedFor: (seconds) =>
    `Trop de codes incorrects. Réessayez dans ${
      seconds < 90 ? secondsOf(seconds) : minutesOf(Math.ceil(seconds / 60))
    }, ou utilisez un code de récupération.`,
  lockedForGood:
    'Trop de codes incorrects. Utilisez un code de récupération ou adressez-vous à votre administrateur.',
  titleOfError: (title) => `Erreur : ${title}`,
  checkedAgainAt: 'Les codes sont de nouveau vérifiés à',
  checkedAgain: 'Les codes sont de nouveau vérifiés : saisissez celui qui est affiché maintenant.',
  lastsUntil: 'Ce formulaire est utilisable jusqu’à',
  endsSoon: 'Ce formulaire expire dans une minute.',
  hasEnded: 'Ce formulaire a expiré. Recommencez.',
  openInApp: 'Ouvrir dans votre application d’authentification',
  accountName: 'Nom du compte',
  copyKey: 'Copier la clé',
  thenSetup: 'La configuration commence juste après.',
  thenActing: (account) => `Juste après, vous serez connecté en tant que ${account}.`,
  opensByItself: (account) =>
    `Vous ne pouvez pas vous connecter d’ici en tant que ${account}. Ce compte utilise l’authentification en deux étapes. Seuls ` +
    'son propre identifiant, son mot de passe et son code l’ouvrent. Si personne ne connaît le mot de passe, définissez-en ' +
    'un nouveau (Modifier) et connectez-vous avec lui.',
  signInAs: (account) => `Se connecter en tant que ${account}`,
  done: {
    disabled: 'L’authentification en deux étapes a été désactivée. Désormais, votre mot de passe suffit.',
    'authenticator-added': 'L’authentificateur a été ajouté.',
    'authenticator-replaced': 'Le nouveau téléphone a remplacé l’ancien.',
    'authenticator-removed': 'L’authentificateur a été retiré.',
    'key-added': 'La clé a été ajoutée.',
    'key-removed': 'La clé a été retirée.',
    'key-renamed': 'La clé a été renommée.',
    'browser-forgotten': 'Le navigateur a été oublié : un code y est de nouveau demandé.',
    'browsers-forgotten': 'Tous les navigateurs ont été oubliés : un code y est de nouveau demandé.',
    'recovery-codes-confirmed': 'C’est noté : vous avez les codes de récupération.',
    'recovery-codes-shown':
      'Les codes de récupération ne sont affichés qu’une fois. Pour en créer d’autres, il faut un nouveau code ou votre clé.',
  },
};
