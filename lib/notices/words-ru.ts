import type { NextSteps, NoticeWords } from './notice-words.js';

const ALARM = 'Если это были не вы, сейчас же смените пароль и сообщите администратору.';

/** What to do about a change that the owner may have made. */
const next = (expected: string, unexpected: string): NextSteps => ({
  expected: `Если это были вы, ${expected}`,
  unexpected: `${ALARM} ${unexpected}`,
});

const NOTHING = 'делать ничего не нужно.';
const LOOK = 'Затем проверьте настройки двухэтапной аутентификации и удалите всё, что добавили не вы.';
const NEW_CODES = 'Затем создайте в настройках новые коды восстановления.';

/** What to do about a change that somebody made for the owner. */
const byOthers = (expected: string): NextSteps => ({
  expected: `Если вы об этом просили, ${expected}`,
  unexpected: 'Если нет, выясните, кто и зачем это сделал, и сообщите администратору.',
});

/** The notices in Russian. */
export const russian: NoticeWords = {
  subjects: {
    enabled: 'Двухэтапная аутентификация включена',
    disabled: 'Двухэтапная аутентификация отключена',
    'authenticator-added': 'Добавлен аутентификатор',
    'authenticator-replaced': 'Аутентификатор заменён',
    'authenticator-removed': 'Аутентификатор удалён',
    'security-key-added': 'Добавлен ключ доступа или аппаратный ключ',
    'security-key-removed': 'Удалён ключ доступа или аппаратный ключ',
    'security-key-stopped': 'Аппаратный ключ заблокирован',
    'recovery-code-used': 'Использован код восстановления',
    'recovery-codes-regenerated': 'Созданы новые коды восстановления',
    locked: 'Слишком много неверных кодов',
    unlocked: 'Неверные коды считаются с нуля',
    'browser-remembered': 'Браузер запомнен',
    'browsers-revoked': 'Все браузеры забыты',
    'impersonation-begun': 'Кто-то действует от вашего имени',
  },
  sentences: {
    enabled: () => 'Для вашей учётной записи включена двухэтапная аутентификация.',
    disabled: () =>
      'Для вашей учётной записи отключена двухэтапная аутентификация: коды ваших аутентификаторов, ключи доступа и ' +
      'аппаратные ключи её больше не защищают.',
    'authenticator-added': () => 'Коды для вашей учётной записи теперь создаёт ещё один аутентификатор.',
    'authenticator-replaced': () => 'Новый аутентификатор заменил те, что у вас были.',
    'authenticator-removed': () =>
      'Один из ваших аутентификаторов больше не создаёт коды для вашей учётной записи.',
    'security-key-added': () =>
      'К вашей учётной записи добавлен ключ доступа или аппаратный ключ: теперь с ним можно войти.',
    'security-key-removed': () =>
      'Удалён по меньшей мере один из ваших ключей доступа или аппаратных ключей: с ним больше нельзя войти. Какие ' +
      'остались, видно в настройках.',
    'security-key-stopped': () =>
      'Аппаратным ключом вашей учётной записи воспользовались, хотя его счётчик пошёл назад: у ключа может быть копия. ' +
      'С ним больше никто не войдёт.',
    'recovery-code-used': ({ recoveryCodesLeft: left = 0 }) =>
      `Использован один из ваших кодов восстановления. Осталось: ${String(left)}.`,
    'recovery-codes-regenerated': () => 'Созданы новые коды восстановления; старые больше не действуют.',
    locked: ({ lockedUntil }, minute) =>
      'Кто-то, кто знает ваш пароль, ввёл слишком много неверных кодов. ' +
      (typeof lockedUntil === 'number'
        ? `Коды снова принимаются с ${minute(lockedUntil)}; до этого действует код восстановления, как и браузер, в ` +
          'котором вы уже входили.'
        : 'Коды не принимаются до тех пор, пока вы не введёте код восстановления или не поможет администратор.'),
    unlocked: () =>
      'Если для вашей учётной записи коды отклонялись, они снова принимаются, и неверные считаются с нуля.',
    'browser-remembered': () => 'В одном из браузеров при входе больше не будет спрашиваться код.',
    'browsers-revoked': () =>
      'Для вашей учётной записи забыты все браузеры: в каждом при входе снова спрашивается код.',
    'impersonation-begun': ({ by = 'Кто-то' }) => `${by} теперь действует от вашего имени.`,
  },
  next: {
    enabled: next(
      'храните коды восстановления в надёжном месте отдельно от телефона.',
      'Без этих кодов снять её с учётной записи может только администратор.',
    ),
    disabled: next(
      'включить её снова можно в настройках в любой момент.',
      'Затем снова включите её в настройках.',
    ),
    'authenticator-added': next(NOTHING, LOOK),
    'authenticator-replaced': next(
      'удалите учётную запись из приложения на старом телефоне: его коды больше не действуют. Если ' +
        'телефон потерян и на нём был ключ доступа, удалите этот ключ в настройках.',
      LOOK,
    ),
    'authenticator-removed': next(
      'удалите учётную запись из приложения: его коды больше не действуют.',
      LOOK,
    ),
    'security-key-added': next(NOTHING, LOOK),
    'security-key-removed': next('удалите ключ и в браузере или менеджере паролей.', LOOK),
    'security-key-stopped': next('удалите ключ в настройках и добавьте другой.', LOOK),
    'recovery-code-used': next(
      'вычеркните этот код. Если телефон потерян, подключите в настройках новый; если кодов мало, создайте новые.',
      NEW_CODES,
    ),
    'recovery-codes-regenerated': next('сохраните новые в надёжном месте и уничтожьте старые.', NEW_CODES),
    locked: next(
      'включите на телефоне время сети и введите следующий код.',
      'Без кода этот человек войти не смог.',
    ),
    unlocked: next(NOTHING, LOOK),
    'browser-remembered': next(
      'делать ничего не нужно. Забыть браузер можно в настройках.',
      'Затем забудьте все браузеры в настройках.',
    ),
    'browsers-revoked': next(NOTHING, LOOK),
    'impersonation-begun': next(NOTHING, LOOK),
  },
  nextByOthers: {
    enabled: byOthers('теперь входите с кодами вашего аутентификатора.'),
    disabled: byOthers('войдите с паролем и снова включите её в настройках.'),
    'authenticator-added': byOthers(NOTHING),
    'authenticator-replaced': byOthers('теперь пользуйтесь кодами нового.'),
    'authenticator-removed': byOthers('теперь пользуйтесь кодами другого.'),
    'security-key-added': byOthers(NOTHING),
    'security-key-removed': byOthers('войдите с кодом и добавьте в настройках новый ключ.'),
    'security-key-stopped': byOthers('удалите ключ в настройках и добавьте другой.'),
    'recovery-code-used': byOthers('создайте в настройках новые коды восстановления, пока они не кончились.'),
    'recovery-codes-regenerated': byOthers('получите новые лично и уничтожьте старые.'),
    locked: byOthers('подождите или введите код восстановления.'),
    unlocked: byOthers('включите на телефоне время сети и введите следующий код.'),
    'browser-remembered': byOthers(NOTHING),
    'browsers-revoked': byOthers('введите код при следующем входе.'),
    'impersonation-begun': byOthers(
      'делать ничего не нужно: это закончится, когда этот человек вернётся в свою учётную запись.',
    ),
  },
  labels: {
    account: 'Учётная запись',
    at: 'Время',
    by: 'Кто это сделал',
    ip: 'IP-адрес',
    browser: 'Браузер',
  },
};
