import type { NextSteps, NoticeWords } from './notice-words.js';

const ALARM = 'Si no fue usted, cambie ahora su contraseña y avise a su administrador.';

/** What to do about a change that the owner may have made. */
const next = (expected: string, unexpected: string): NextSteps => ({
  expected: `Si fue usted: ${expected}`,
  unexpected: `${ALARM} ${unexpected}`,
});

const NOTHING = 'no tiene que hacer nada.';
const LOOK = 'Después revise sus ajustes de autenticación en dos pasos y quite lo que no sea suyo.';
const NEW_CODES = 'Después cree nuevos códigos de recuperación en sus ajustes.';

/** What to do about a change that somebody made for the owner. */
const byOthers = (expected: string): NextSteps => ({
  expected: `Si usted lo pidió: ${expected}`,
  unexpected: 'Si no, pregunte quién lo hizo y por qué, y avise a su administrador.',
});

/** The notices in Spanish. */
export const spanish: NoticeWords = {
  subjects: {
    enabled: 'Se ha activado la autenticación en dos pasos',
    disabled: 'Se ha desactivado la autenticación en dos pasos',
    'authenticator-added': 'Se ha añadido un autenticador',
    'authenticator-replaced': 'Se ha sustituido su autenticador',
    'authenticator-removed': 'Se ha quitado un autenticador',
    'security-key-added': 'Se ha añadido una llave de acceso o de seguridad',
    'security-key-removed': 'Se ha quitado una llave de acceso o de seguridad',
    'security-key-stopped': 'Se ha bloqueado una llave de seguridad',
    'recovery-code-used': 'Se ha usado un código de recuperación',
    'recovery-codes-regenerated': 'Se han creado nuevos códigos de recuperación',
    locked: 'Demasiados códigos incorrectos',
    unlocked: 'Los códigos incorrectos se cuentan desde cero',
    'browser-remembered': 'Se recuerda un navegador',
    'browsers-revoked': 'Se han olvidado todos los navegadores',
    'impersonation-begun': 'Otra persona actúa como usted',
  },
  sentences: {
    enabled: () => 'Se ha activado la autenticación en dos pasos para su cuenta.',
    disabled: () =>
      'Se ha desactivado la autenticación en dos pasos para su cuenta: los códigos de sus autenticadores y sus llaves de acceso y de seguridad ya no la protegen.',
    'authenticator-added': () => 'Un autenticador más genera ahora códigos para su cuenta.',
    'authenticator-replaced': () => 'Un autenticador nuevo ha sustituido a los que tenía.',
    'authenticator-removed': () => 'Uno de sus autenticadores ya no genera códigos para su cuenta.',
    'security-key-added': () => 'Una llave de acceso o de seguridad más abre ahora su cuenta.',
    'security-key-removed': () =>
      'Al menos una de sus llaves de acceso o de seguridad ya no abre su cuenta. Sus ajustes muestran cuáles quedan.',
    'security-key-stopped': () =>
      'Se ha usado una llave de seguridad de su cuenta aunque su contador ha retrocedido: puede haber una copia. Ya nadie entra con ella.',
    'recovery-code-used': ({ recoveryCodesLeft: left = 0 }) =>
      `Alguien ha entrado o confirmado con uno de sus códigos de recuperación. Códigos que quedan: ${String(left)}.`,
    'recovery-codes-regenerated': () =>
      'Se han creado nuevos códigos de recuperación; los anteriores ya no funcionan.',
    locked: ({ lockedUntil }, minute) =>
      'Alguien que conoce su contraseña ha introducido demasiados códigos incorrectos. ' +
      (typeof lockedUntil === 'number'
        ? `Los códigos se aceptan de nuevo a partir de ${minute(lockedUntil)}; hasta entonces sirve un código de recuperación, y también un navegador que ya haya usado.`
        : 'Los códigos se rechazan desde ahora, hasta que use un código de recuperación o le ayude un administrador.'),
    unlocked: () =>
      'Si se rechazaban códigos para su cuenta, se aceptan de nuevo, y los incorrectos se cuentan desde cero.',
    'browser-remembered': () => 'Un navegador ya no pedirá un código cuando entre desde él.',
    'browsers-revoked': () =>
      'Se han olvidado todos los navegadores de su cuenta: cada uno vuelve a pedir un código cuando entre desde él.',
    'impersonation-begun': ({ by = 'Alguien' }) => `${by} actúa ahora como usted.`,
  },
  next: {
    enabled: next(
      'guarde sus códigos de recuperación en un lugar seguro, lejos de su teléfono.',
      'Sin esos códigos, solo él puede quitarla de su cuenta.',
    ),
    disabled: next(
      'puede volver a activarla en sus ajustes en cualquier momento.',
      'Después vuelva a activarla en sus ajustes.',
    ),
    'authenticator-added': next(NOTHING, LOOK),
    'authenticator-replaced': next(
      'borre la cuenta de la aplicación de su teléfono anterior: sus códigos ya no valen. Si ese teléfono se ' +
        'perdió y tenía una llave de acceso, elimínela en sus ajustes.',
      LOOK,
    ),
    'authenticator-removed': next('borre la cuenta de esa aplicación: sus códigos ya no valen.', LOOK),
    'security-key-added': next(NOTHING, LOOK),
    'security-key-removed': next('bórrela también en su navegador o gestor de contraseñas.', LOOK),
    'security-key-stopped': next('quítela en sus ajustes y añada otra.', LOOK),
    'recovery-code-used': next(
      'tache el código. Si ha perdido el teléfono, configure uno nuevo en sus ajustes; si quedan pocos, cree nuevos.',
      NEW_CODES,
    ),
    'recovery-codes-regenerated': next(
      'guarde los nuevos en un lugar seguro y destruya los anteriores.',
      NEW_CODES,
    ),
    locked: next(
      'ponga su teléfono en la hora de la red y pruebe el código siguiente.',
      'Sin un código no han podido entrar.',
    ),
    unlocked: next(NOTHING, LOOK),
    'browser-remembered': next(
      'no tiene que hacer nada. Puede olvidarlo en sus ajustes.',
      'Después olvide todos los navegadores en sus ajustes.',
    ),
    'browsers-revoked': next(NOTHING, LOOK),
    'impersonation-begun': next(NOTHING, LOOK),
  },
  nextByOthers: {
    enabled: byOthers('entre desde ahora con los códigos de su autenticador.'),
    disabled: byOthers('entre con su contraseña y vuelva a activarla en sus ajustes.'),
    'authenticator-added': byOthers(NOTHING),
    'authenticator-replaced': byOthers('use desde ahora los códigos del nuevo.'),
    'authenticator-removed': byOthers('use desde ahora los códigos de otro.'),
    'security-key-added': byOthers(NOTHING),
    'security-key-removed': byOthers('entre con un código y añada una llave nueva en sus ajustes.'),
    'security-key-stopped': byOthers('quítela en sus ajustes y añada otra.'),
    'recovery-code-used': byOthers('cree nuevos en sus ajustes antes de quedarse sin ninguno.'),
    'recovery-codes-regenerated': byOthers('pida que le entreguen los nuevos y destruya los anteriores.'),
    locked: byOthers('espere o use un código de recuperación.'),
    unlocked: byOthers('ponga su teléfono en la hora de la red y pruebe el código siguiente.'),
    'browser-remembered': byOthers(NOTHING),
    'browsers-revoked': byOthers('introduzca un código la próxima vez que entre.'),
    'impersonation-begun': byOthers(
      'no tiene que hacer nada: termina cuando esa persona regrese a su propia cuenta.',
    ),
  },
  labels: { account: 'Cuenta', at: 'Hora', by: 'Hecho por', ip: 'Dirección IP', browser: 'Navegador' },
};
