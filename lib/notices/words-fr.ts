import type { NextSteps, NoticeWords } from './notice-words.js';

const ALARM =
  'Si ce n’était pas vous, changez tout de suite votre mot de passe et prévenez votre administrateur.';

/** What to do about a change that the owner may have made. */
const next = (expected: string, unexpected: string): NextSteps => ({
  expected: `Si c’était vous : ${expected}`,
  unexpected: `${ALARM} ${unexpected}`,
});

const NOTHING = 'il n’y a rien à faire.';
const LOOK =
  'Vérifiez ensuite vos paramètres d’authentification en deux étapes et supprimez ce qui n’est pas à vous.';
const NEW_CODES = 'Créez ensuite de nouveaux codes de récupération dans vos paramètres.';

/** What to do about a change that somebody made for the owner. */
const byOthers = (expected: string): NextSteps => ({
  expected: `Si vous l’avez demandé : ${expected}`,
  unexpected: 'Sinon, demandez qui l’a fait et pourquoi, et prévenez votre administrateur.',
});

/** The notices in French. */
export const french: NoticeWords = {
  subjects: {
    enabled: 'L’authentification en deux étapes a été activée',
    disabled: 'L’authentification en deux étapes a été désactivée',
    'authenticator-added': 'Un authentificateur a été ajouté',
    'authenticator-replaced': 'Votre authentificateur a été remplacé',
    'authenticator-removed': 'Un authentificateur a été supprimé',
    'security-key-added': 'Une clé d’accès ou de sécurité a été ajoutée',
    'security-key-removed': 'Une clé d’accès ou de sécurité a été supprimée',
    'security-key-stopped': 'Une clé de sécurité a été bloquée',
    'recovery-code-used': 'Un code de récupération a été utilisé',
    'recovery-codes-regenerated': 'De nouveaux codes de récupération ont été créés',
    locked: 'Trop de codes incorrects',
    unlocked: 'Les codes incorrects sont comptés à partir de zéro',
    'browser-remembered': 'Un navigateur est mémorisé',
    'browsers-revoked': 'Tous les navigateurs ont été oubliés',
    'impersonation-begun': 'Quelqu’un d’autre agit en votre nom',
  },
  sentences: {
    enabled: () => 'L’authentification en deux étapes a été activée pour votre compte.',
    disabled: () =>
      'L’authentification en deux étapes a été désactivée pour votre compte : les codes de vos authentificateurs, vos clés d’accès et de sécurité ne le protègent plus.',
    'authenticator-added': () =>
      'Un authentificateur de plus produit maintenant des codes pour votre compte.',
    'authenticator-replaced': () => 'Un nouvel authentificateur a remplacé ceux que vous aviez.',
    'authenticator-removed': () =>
      'L’un de vos authentificateurs ne produit plus de codes pour votre compte.',
    'security-key-added': () => 'Une clé d’accès ou de sécurité de plus ouvre maintenant votre compte.',
    'security-key-removed': () =>
      'Au moins une de vos clés d’accès ou de sécurité n’ouvre plus votre compte. Vos paramètres montrent celles qui restent.',
    'security-key-stopped': () =>
      'Une clé de sécurité de votre compte a été utilisée alors que son compteur avait reculé : il en existe peut-être une copie. Elle ne laisse plus entrer personne.',
    'recovery-code-used': ({ recoveryCodesLeft: left = 0 }) =>
      `Quelqu’un s’est connecté ou a confirmé avec un de vos codes de récupération. Il en reste ${String(left)}.`,
    'recovery-codes-regenerated': () =>
      'De nouveaux codes de récupération ont été créés ; les anciens ne fonctionnent plus.',
    locked: ({ lockedUntil }, minute) =>
      'Quelqu’un qui connaît votre mot de passe a saisi trop de codes incorrects. ' +
      (typeof lockedUntil === 'number'
        ? `Les codes sont de nouveau acceptés à partir de ${minute(lockedUntil)} ; d’ici là, un code de récupération fonctionne, tout comme un navigateur que vous avez déjà utilisé.`
        : 'Les codes sont refusés désormais, jusqu’à ce que vous utilisiez un code de récupération ou qu’un administrateur vous aide.'),
    unlocked: () =>
      'Si des codes étaient refusés pour votre compte, ils sont de nouveau acceptés, et les codes incorrects sont comptés à partir de zéro.',
    'browser-remembered': () => 'Un navigateur ne demandera plus de code quand vous vous y connectez.',
    'browsers-revoked': () =>
      'Tous les navigateurs ont été oubliés pour votre compte : chacun demande de nouveau un code quand vous vous y connectez.',
    'impersonation-begun': ({ by = 'Quelqu’un' }) => `${by} agit maintenant en votre nom.`,
  },
  next: {
    enabled: next(
      'gardez vos codes de récupération en lieu sûr, loin de votre téléphone.',
      'Sans ces codes, lui seul peut la retirer de votre compte.',
    ),
    disabled: next(
      'vous pouvez la réactiver à tout moment dans vos paramètres.',
      'Réactivez-la ensuite dans vos paramètres.',
    ),
    'authenticator-added': next(NOTHING, LOOK),
    'authenticator-replaced': next(
      'supprimez le compte de l’application de votre ancien téléphone : ses codes ne valent plus rien. Si ce ' +
        'téléphone est perdu et contenait une clé d’accès, supprimez-la dans vos paramètres.',
      LOOK,
    ),
    'authenticator-removed': next(
      'supprimez le compte de cette application : ses codes ne valent plus rien.',
      LOOK,
    ),
    'security-key-added': next(NOTHING, LOOK),
    'security-key-removed': next(
      'supprimez-la aussi du navigateur ou du gestionnaire de mots de passe.',
      LOOK,
    ),
    'security-key-stopped': next('supprimez-la dans vos paramètres et ajoutez-en une autre.', LOOK),
    'recovery-code-used': next(
      'rayez ce code. Si le téléphone est perdu, configurez-en un nouveau dans vos paramètres ; s’il en reste peu, créez-en de nouveaux.',
      NEW_CODES,
    ),
    'recovery-codes-regenerated': next(
      'gardez les nouveaux en lieu sûr et détruisez les anciens.',
      NEW_CODES,
    ),
    locked: next(
      'réglez votre téléphone sur l’heure du réseau et essayez le code suivant.',
      'Sans code, cette personne n’a pas pu entrer.',
    ),
    unlocked: next(NOTHING, LOOK),
    'browser-remembered': next(
      'il n’y a rien à faire. Vous pouvez l’oublier dans vos paramètres.',
      'Oubliez ensuite tous les navigateurs dans vos paramètres.',
    ),
    'browsers-revoked': next(NOTHING, LOOK),
    'impersonation-begun': next(NOTHING, LOOK),
  },
  nextByOthers: {
    enabled: byOthers('connectez-vous désormais avec les codes de votre authentificateur.'),
    disabled: byOthers('connectez-vous avec votre mot de passe et réactivez-la dans vos paramètres.'),
    'authenticator-added': byOthers(NOTHING),
    'authenticator-replaced': byOthers('utilisez désormais les codes du nouveau.'),
    'authenticator-removed': byOthers('utilisez désormais les codes d’un autre.'),
    'security-key-added': byOthers(NOTHING),
    'security-key-removed': byOthers(
      'connectez-vous avec un code et ajoutez une nouvelle clé dans vos paramètres.',
    ),
    'security-key-stopped': byOthers('supprimez-la dans vos paramètres et ajoutez-en une autre.'),
    'recovery-code-used': byOthers('créez-en de nouveaux dans vos paramètres avant de ne plus en avoir.'),
    'recovery-codes-regenerated': byOthers('faites-vous remettre les nouveaux et détruisez les anciens.'),
    locked: byOthers('patientez, ou utilisez un code de récupération.'),
    unlocked: byOthers('réglez votre téléphone sur l’heure du réseau et essayez le code suivant.'),
    'browser-remembered': byOthers(NOTHING),
    'browsers-revoked': byOthers('saisissez un code à votre prochaine connexion.'),
    'impersonation-begun': byOthers(
      'il n’y a rien à faire : cela se termine quand cette personne revient à son propre compte.',
    ),
  },
  labels: { account: 'Compte', at: 'Heure', by: 'Effectué par', ip: 'Adresse IP', browser: 'Navigateur' },
};
