import { isApp } from './digits.js';
import { plural } from './plural.js';
import type { Texts } from './texts.js';

const counted = plural('es');
const list = new Intl.ListFormat('es', { type: 'disjunction' });
const digitsOf = (digits: readonly number[]): string => `de ${list.format(digits.map(String))} dígitos`;
const minutesOf = (count: number): string => counted(count, { one: 'minuto', other: 'minutos' });
const secondsOf = (count: number): string => counted(count, { one: 'segundo', other: 'segundos' });

/** The pages in Spanish. */
export const spanish: Texts = {
  language: 'es',
  code: 'Contraseña de un solo uso',
  ok: 'Ok',
  verifyTitle: 'Autenticación en dos pasos',
  verifyExplanation: (digits) =>
    isApp(digits)
      ? 'Introduzca el código de seis dígitos que su aplicación de autenticación muestra ahora.'
      : `Introduzca el código ${digitsOf(digits)} que su autenticador muestra ahora.`,
  verifyByKeyExplanation: 'Confirme que es usted con su llave de acceso o llave de seguridad.',
  noKeyHere:
    'Las llaves de acceso y de seguridad de esta cuenta ya no funcionan aquí. Use un código de recuperación o consulte a ' +
    'su administrador.',
  keyLost:
    'Los códigos de recuperación no funcionan aquí por ahora. Si ha perdido su llave, consulte a su administrador.',
  useKey: 'Usar una llave de acceso o de seguridad',
  orCode: 'o introduzca un código',
  keyFailed: 'La llave de acceso o de seguridad no ha respondido. Inténtelo de nuevo o use otra vía.',
  keyNeedsScript:
    'Las llaves de acceso y de seguridad necesitan JavaScript, que está desactivado en este navegador.',
  keyElsewhere: (origin) =>
    `Las llaves de acceso y de seguridad solo funcionan en ${origin}. Abra allí esta página.`,
  newByRecoveryCode: 'Crear nuevos con el código de recuperación',
  keyUnknown: 'Este navegador no puede usar llaves de acceso ni de seguridad. Abra esta página en otro.',
  whatItAsksByKey: 'Para entrar hacen falta su contraseña y una llave de acceso o de seguridad.',
  disableByKeyExplanation: 'Para desactivarla, use su llave de acceso o de seguridad.',
  recoveryByKeyHint: '¿No tiene la llave a mano? Use un código de recuperación',
  stepUpByKeyExplanation: 'Para esto hace falta otra vez su llave de acceso o de seguridad.',
  recoveryHint: (digits) =>
    `¿No tiene el ${isApp(digits) ? 'teléfono' : 'autenticador'} a mano? Use un código de recuperación`,
  recoveryCode: 'Código de recuperación',
  byRecoveryCode: 'Usar el código de recuperación',
  cancelSignIn: 'Cancelar y entrar con otra cuenta',
  settingsTitle: 'Autenticación en dos pasos',
  stateOn: 'Activada',
  stateOff: 'No activada',
  enabled: 'La autenticación en dos pasos está activada.',
  whatItAsks: (digits) =>
    isApp(digits)
      ? 'Para entrar hacen falta su contraseña y un código de la aplicación de su teléfono.'
      : 'Para entrar hacen falta su contraseña y un código de su autenticador.',
  disabled: 'La autenticación en dos pasos no está activada.',
  whyEnable:
    'Con ella, para entrar hacen falta su contraseña y un código de una aplicación de su teléfono: una contraseña robada ' +
    'no abre nada por sí sola.',
  enable: 'Activar la autenticación en dos pasos',
  disable: 'Desactivar la autenticación en dos pasos',
  disableExplanation: (digits) =>
    isApp(digits)
      ? 'Para desactivarla, introduzca el código que su aplicación de autenticación muestra ahora.'
      : `Para desactivarla, introduzca el código ${digitsOf(digits)} que su autenticador muestra ahora.`,
  disableByRecoveryCode: 'Desactivar con el código de recuperación',
  newRecoveryCodes: 'Crear nuevos códigos de recuperación',
  newRecoveryCodesExplanation: {
    app: 'Cada uno le permite entrar una vez sin su teléfono. Al crear nuevos, los anteriores dejan de funcionar.',
    token:
      'Cada uno le permite entrar una vez sin su autenticador. Al crear nuevos, los anteriores dejan de funcionar.',
    key: 'Cada uno le permite entrar una vez sin su llave. Al crear nuevos, los anteriores dejan de funcionar.',
    nothing:
      'No funcionan mientras solo pueda entrar con una llave de acceso o de seguridad: tenga una segunda. Al crear nuevos, ' +
      'los anteriores dejan de funcionar.',
  },
  enterShownCode: (digits) =>
    isApp(digits)
      ? 'Introduzca el código que su aplicación de autenticación muestra ahora.'
      : `Introduzca el código ${digitsOf(digits)} que su autenticador muestra ahora.`,
  fewRecoveryCodes: 'Cree nuevos.',
  unconfirmedRecoveryCodes: 'Si no los ha guardado, cree nuevos.',
  confirmRecoveryCodes: 'Los tengo',
  recoveryCodesLeft: (left) =>
    left === 1 ? 'Queda 1 código de recuperación.' : `Quedan ${String(left)} códigos de recuperación.`,
  back: 'Volver',
  actingAs: (actor, account) => `Usted es ${actor} y actúa como ${account}.`,
  notWhileActing: 'La autenticación en dos pasos de una cuenta solo puede cambiarla su titular.',
  leave: 'Regresar',
  setupTitle: {
    first: 'Activar la autenticación en dos pasos',
    added: 'Añadir otro autenticador',
    replacing: 'Configurar un teléfono nuevo',
  },
  setupExplanation:
    'Necesita una aplicación de autenticación en su teléfono, por ejemplo Google Authenticator. Nada cambia en su cuenta ' +
    'hasta que termine el último paso.',
  addAccount: 'Añada la cuenta a la aplicación',
  qrCode: 'Código QR para su aplicación de autenticación',
  scanOrType: 'Escanee el código QR con la aplicación, o escriba en ella la cuenta y la clave.',
  typeOnly: 'Escriba la cuenta y la clave en la aplicación.',
  account: 'Cuenta',
  key: 'Clave',
  keyKindLabel: 'Tipo de código',
  keyKind: 'basado en la hora, 6 dígitos',
  enterCode: 'Introduzca el código',
  confirm: 'Introduzca el código de seis dígitos que la aplicación muestra ahora y pulse «Ok».',
  compareClocks: 'Compare los relojes',
  serverTime: 'Hora del servidor',
  clocks:
    'Su teléfono debe mostrar el mismo minuto; solo puede variar la zona horaria. Si no, póngalo en la hora de la red.',
  cancel: 'Cancelar',
  recoveryCodesTitle: 'Códigos de recuperación',
  yourRecoveryCodes: 'Sus códigos de recuperación',
  recoveryCodesExplanation: {
    app:
      'La autenticación en dos pasos está activada. Guarde estos códigos en un lugar seguro, lejos de su teléfono: cada uno ' +
      'le permite entrar una vez cuando no lo tenga a mano. Solo se muestran ahora.',
    token:
      'La autenticación en dos pasos está activada. Guarde estos códigos en un lugar seguro, lejos de su ' +
      'autenticador: cada uno le permite entrar una vez cuando no lo tenga a mano. Solo se muestran ahora.',
    key:
      'La autenticación en dos pasos está activada. Guarde estos códigos en un lugar seguro, lejos de su llave: cada uno le ' +
      'permite entrar una vez cuando no la tenga a mano. Solo se muestran ahora.',
    nothing:
      'La autenticación en dos pasos está activada. Guarde estos códigos en un lugar seguro. No funcionan mientras solo ' +
      'pueda entrar con una llave de acceso o de seguridad: añada una segunda. Solo se muestran ahora.',
  },
  download: 'Descargar',
  copy: 'Copiar',
  copied: 'Copiado.',
  print: 'Imprimir',
  saved: 'Los he guardado',
  notShownAgain: {
    app: 'No se pueden volver a mostrar. Sin ellos y sin su teléfono no podría entrar.',
    token: 'No se pueden volver a mostrar. Sin ellos y sin su autenticador no podría entrar.',
    key: 'No se pueden volver a mostrar. Sin ellos y sin su llave no podría entrar.',
    nothing: 'No se pueden volver a mostrar.',
  },
  recoveryCodeUsedTitle: 'Ha usado un código de recuperación',
  recoveryCodeUsedExplanation: {
    app:
      'Solo sirve esta vez, y los códigos que su teléfono ha mostrado hasta ahora, y el siguiente, ya no valen. ¿Ha perdido el teléfono? ' +
      'Configure uno nuevo en los ajustes y cree nuevos códigos de recuperación.',
    token:
      'Solo sirve esta vez, y los códigos que su autenticador ha mostrado hasta ahora, y el siguiente, ya no valen. ¿Lo ha perdido? ' +
      'Configure un teléfono en los ajustes y cree nuevos códigos de recuperación.',
    key:
      'Solo sirve esta vez. ¿Ha perdido su llave? Añada una nueva en los ajustes, elimine la perdida y cree nuevos ' +
      'códigos de recuperación.',
    nothing: 'Solo sirve esta vez.',
  },
  toSettings: 'Abrir los ajustes',
  stepUpTitle: 'Confirme que es usted',
  stepUpExplanation: (digits) =>
    isApp(digits)
      ? 'Para esto hace falta un código nuevo de su aplicación de autenticación.'
      : `Para esto hace falta un código nuevo ${digitsOf(digits)} de su autenticador.`,
  notDone: 'Lo que envió no se ha llevado a cabo. Repítalo después de este paso.',
  notDoneWhileActing:
    'Lo que envió no se ha llevado a cabo, porque actúa como otra persona. Solo puede hacerlo el titular.',
  neededFor: {
    page: 'La página que quería exige autenticación en dos pasos. Actívela aquí y volverá a ella.',
    form: 'Lo que envió exige autenticación en dos pasos y no se ha llevado a cabo. Actívela aquí y repítalo.',
  },
  keyNeededFor: {
    page: 'La página que quería exige una llave de acceso o de seguridad. Añada una aquí y volverá a ella.',
    form: 'Lo que envió exige una llave de acceso o de seguridad y no se ha llevado a cabo. Añada una aquí y repítalo.',
  },
  rememberBrowser: (days) =>
    `Recordar este navegador durante ${counted(days, { one: 'día', other: 'días' })}`,
  mustEnrollTitle: 'La autenticación en dos pasos es obligatoria',
  mustEnrollExplanation:
    'Su contraseña es correcta. Esta cuenta solo se puede usar con autenticación en dos pasos: actívela ahora y entrará. ' +
    'Necesita una aplicación de autenticación en su teléfono.',
  requiredFrom: (day) =>
    `A partir del ${day} la autenticación en dos pasos será obligatoria para esta cuenta.`,
  required: 'La autenticación en dos pasos es obligatoria para esta cuenta, así que no se puede desactivar.',
  later: 'Más tarde',
  authenticatorsTitle: 'Autenticadores',
  authenticator: (place) => `Autenticador ${String(place)}`,
  addedOn: (day) => `añadido el ${day}`,
  remove: 'Quitar',
  addFirstAuthenticator: 'Añadir una aplicación de autenticación',
  addAuthenticator: 'Añadir otro autenticador',
  authenticatorName: 'Nombre (opcional)',
  replaceAuthenticator: 'Configurar un teléfono nuevo',
  replaceExplanation:
    'Un teléfono nuevo sustituye a todos los autenticadores en cuanto lo confirme; hasta entonces funcionan los anteriores. ' +
    'Sus códigos de recuperación se conservan.',
  keysStay:
    'Sus llaves de acceso y de seguridad se conservan. Si una estaba en un teléfono perdido, elimínela también.',
  keysTitle: 'Llaves de acceso y de seguridad',
  keysExplanation:
    'Una llave de acceso está en su teléfono, su ordenador o su gestor de contraseñas; una llave de seguridad, en su ' +
    'bolsillo. Ninguna página falsa puede pedirla como pide un código.',
  showKeys: (count) =>
    count === 0
      ? 'Añadir una llave de acceso o de seguridad'
      : `${counted(count, { one: 'llave', other: 'llaves' })}: mostrar, añadir, quitar`,
  keyNumber: (place) => `Llave ${String(place)}`,
  keyStopped: 'Bloqueada: puede haber una copia. Quítela y añada otra.',
  addKey: 'Añadir una llave de acceso o de seguridad',
  addSecondKey: 'Añadir una segunda',
  rename: 'Cambiar el nombre',
  mustAddKeyTitle: 'Es obligatoria una llave de acceso o de seguridad',
  mustAddKeyExplanation:
    'Su cuenta necesita una llave de acceso o de seguridad antes de continuar. Añada una: la de su teléfono u ordenador, o ' +
    'una que se enchufa.',
  browsersTitle: 'Navegadores recordados',
  browsersExplanation: 'En estos navegadores no se pide un código cuando entra con su contraseña.',
  showBrowsers: 'Mostrar los navegadores recordados',
  noBrowsers: 'No se recuerda ningún navegador.',
  unknownBrowser: 'Navegador desconocido',
  thisBrowser: 'este navegador',
  rememberedUntil: (day) => `hasta el ${day}`,
  lastUsed: (day) => `usado el ${day}`,
  forget: 'Olvidar',
  forgetAll: 'Olvidarlos todos',
  activityTitle: 'Actividad reciente',
  activityExplanation:
    'Inicios de sesión con el segundo paso, códigos erróneos y cambios, lo más reciente primero. ¿Hay algo que no sea suyo? Cambie su contraseña y cierre las demás sesiones.',
  activityTimes: (what, count) => `${what} (${String(count)} veces)`,
  activityBy: (operator) => `por ${operator}`,
  earlierActivity: 'Anterior',
  noActivity: 'Todavía nada.',
  activity: {
    enrolled: 'Autenticación en dos pasos activada',
    imported: 'Autenticación en dos pasos traída de otro sistema',
    'signed-in': 'Inicio de sesión',
    'remembered-browser': 'Inicio de sesión sin código (navegador recordado)',
    'code-accepted': 'Confirmado con un código',
    'security-key-used': 'Confirmado con una llave de acceso o de seguridad',
    'recovery-code-used': 'Código de recuperación usado',
    'code-refused': 'Código erróneo',
    locked: 'Códigos erróneos y luego una espera',
    'recovery-codes-regenerated': 'Nuevos códigos de recuperación creados',
    'recovery-codes-confirmed': 'Códigos de recuperación guardados',
    'authenticator-added': 'Autenticador añadido',
    'authenticator-replaced': 'Teléfono nuevo en lugar de todos los autenticadores',
    'authenticator-removed': 'Autenticador quitado',
    'security-key-added': 'Llave de acceso o de seguridad añadida',
    'security-key-renamed': 'Llave de acceso o de seguridad renombrada',
    'security-key-removed': 'Llave de acceso o de seguridad quitada',
    'security-key-stopped': 'Llave de acceso o de seguridad bloqueada: puede haber una copia',
    'browser-remembered': 'Inicio de sesión, navegador recordado',
    'browsers-revoked': 'Navegadores olvidados',
    'other-sessions-ended': 'Otras sesiones cerradas',
    unlocked: 'Espera tras códigos erróneos terminada',
  },
  otherSessionsTitle: 'Otras sesiones',
  otherSessionsExplanation:
    'En los demás lugares donde haya entrado se vuelve a pedir un código, también en los navegadores recordados. Aquí sigue dentro.',
  endOtherSessions: 'Cerrar las otras sesiones',
  errorTitle: 'No ha funcionado',
  toHome: 'Continuar',
  toSignIn: 'Entrar',
  problems: {
    'code-malformed':
      'Introduzca los dígitos que muestra su autenticador (de seis a ocho) o un código de recuperación.',
    'body-malformed': 'No se ha podido leer la petición.',
    'login-required': 'Entre primero.',
    'code-required': 'Todavía falta el código de un solo uso.',
    'sign-in-expired':
      'Este inicio de sesión ha terminado: se ha agotado su tiempo, o lo ha completado o cancelado otro clic. Si no ha entrado, vuelva a entrar.',
    'code-invalid': 'El código es incorrecto.',
    'code-already-used': 'Este código ya se ha usado. Espere al siguiente.',
    'assertion-invalid': 'La llave de acceso o de seguridad no es válida.',
    'assertion-already-used': 'Entretanto se ha entrado con esta llave en otro lugar. Úsela otra vez.',
    'security-key-stopped':
      'Esta llave está bloqueada: puede haber una copia. Entre de otra manera y quítela.',
    'security-key-required': 'Aquí hace falta una llave de acceso o de seguridad.',
    'security-key-limit': 'Esta cuenta no puede tener más llaves.',
    'security-key-known': 'Esta llave ya está añadida.',
    'security-key-invalid': 'No se ha podido añadir la llave de acceso o de seguridad.',
    'step-up-required': 'Confirme con un código nuevo que es usted.',
    'session-required': 'Esta página exige haber entrado con esta cuenta.',
    'enrollment-required': 'Active primero la autenticación en dos pasos.',
    'impersonation-refused': 'No es posible mientras actúa como otra persona.',
    'cross-site': 'La petición venía de otro sitio y se ha rechazado.',
    'disable-refused': 'La autenticación en dos pasos es obligatoria para esta cuenta.',
    'not-found': 'No existe ese autenticador, esa llave o ese navegador.',
    'already-enrolled': 'La autenticación en dos pasos ya está activada.',
    'not-enrolled': 'La autenticación en dos pasos no está activada.',
    'other-factor':
      'Esta cuenta tiene aún su autenticación en dos pasos anterior. Mientras no se traspase, no se puede activar otra.',
    'authenticator-limit': 'Esta cuenta no puede tener más autenticadores.',
    'factor-last': 'Es el único segundo factor de esta cuenta.',
    'recovery-codes-outdated': 'Estos códigos de recuperación ya se han sustituido por otros nuevos.',
    'setup-expired':
      'Esta configuración ha terminado: se completó, se canceló, se sustituyó por otra o se agotó su tiempo.',
    'other-account': 'Ahora ha entrado con otra cuenta. No se ha hecho nada.',
    'not-impersonating': 'Aquí nadie actúa como otra persona.',
    'clock-skew': 'El código es de otro minuto: los relojes del teléfono y del servidor no coinciden.',
    locked: 'Demasiados códigos incorrectos. Espere.',
    'store-unavailable': 'Ahora no se puede comprobar el código. Inténtelo de nuevo.',
    'record-unreadable': 'No se pueden leer los datos de autenticación en dos pasos de esta cuenta.',
    'record-missing': 'Faltan los datos de autenticación en dos pasos de esta cuenta.',
  },
  setupCodeMalformed: 'Introduzca los seis dígitos que muestra su aplicación.',
  codeMalformed: (digits) => `El código debe ser ${digitsOf(digits)} o un código de recuperación.`,
  impersonationRefused: {
    'level-unknown': 'Una de las dos cuentas no tiene nivel.',
    'not-below': 'Solo puede entrar como una cuenta por debajo de su propio nivel.',
    'target-has-second-factor':
      'Esta cuenta usa autenticación en dos pasos. Solo la abren su propio nombre, contraseña y código.',
    'actor-not-verified': 'En esta sesión falta su propio segundo paso.',
    'proof-too-old': 'Hace demasiado que entró. Regrese a su cuenta y confirme que es usted.',
    'not-allowed': 'No puede entrar como esta cuenta.',
    'account-unknown': 'Esa cuenta no existe.',
  },
  clockSkew: (minutes) =>
    `El código es de otro minuto: el reloj de su teléfono va ${minutesOf(Math.abs(minutes))} ` +
    `${minutes > 0 ? 'adelantado' : 'atrasado'}. Ponga el teléfono en la hora de la red y pruebe el código siguiente.`,
  lockedFor: (seconds) =>
    `Demasiados códigos incorrectos. Inténtelo de nuevo en ${
      seconds < 90 ? secondsOf(seconds) : minutesOf(Math.ceil(seconds / 60))
    } o use un código de recuperación.`,
  lockedForGood:
    'Demasiados códigos incorrectos. Use un código de recuperación o consulte a su administrador.',
  titleOfError: (title) => `Hay un error: ${title}`,
  checkedAgainAt: 'Los códigos se vuelven a comprobar a las',
  checkedAgain: 'Los códigos se vuelven a comprobar: introduzca el que se muestra ahora.',
  lastsUntil: 'Puede usar este formulario hasta las',
  endsSoon: 'Este formulario termina en un minuto.',
  hasEnded: 'El tiempo de este formulario ha terminado. Empiece de nuevo.',
  openInApp: 'Abrir en la aplicación de autenticación',
  accountName: 'Nombre de la cuenta',
  copyKey: 'Copiar la clave',
  thenSetup: 'La configuración empieza justo después.',
  thenActing: (account) => `Justo después entrará como ${account}.`,
  opensByItself: (account) =>
    `Desde aquí no puede entrar como ${account}. Esta cuenta usa la autenticación en dos pasos. Solo la abren su propio nombre ` +
    'de usuario, su contraseña y su código. Si nadie conoce la contraseña, ponga una nueva (Editar) e inicie sesión con ella.',
  signInAs: (account) => `Iniciar sesión como ${account}`,
  done: {
    disabled: 'Se ha desactivado la autenticación en dos pasos. Desde ahora basta con su contraseña.',
    'authenticator-added': 'Se ha añadido el autenticador.',
    'authenticator-replaced': 'El teléfono nuevo ha sustituido al anterior.',
    'authenticator-removed': 'Se ha quitado el autenticador.',
    'key-added': 'Se ha añadido la llave.',
    'key-removed': 'Se ha quitado la llave.',
    'key-renamed': 'Se ha cambiado el nombre de la llave.',
    'browser-forgotten': 'Se ha olvidado el navegador: allí se vuelve a pedir un código.',
    'browsers-forgotten': 'Se han olvidado todos los navegadores: allí se vuelve a pedir un código.',
    'recovery-codes-confirmed': 'Anotado: tiene los códigos de recuperación.',
    'recovery-codes-shown':
      'Los códigos de recuperación se muestran una sola vez. Para crear otros hace falta un código nuevo o su llave.',
  },
};
