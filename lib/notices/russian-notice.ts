import type { NoticeName, NoticeText } from '../notice.js';
import type { NoticeFacts } from './notice-facts.js';
import { minuteOf } from './notice-facts.js';

const OWN_DOING = 'Если это были вы, делать ничего не нужно.';
const NOT_YOU =
  'Если это были не вы, сейчас же смените пароль, проверьте настройки двухэтапной аутентификации и сообщите ' +
  'администратору.';

const SUBJECTS: Readonly<Record<NoticeName, string>> = {
  enabled: 'Двухэтапная аутентификация включена',
  disabled: 'Двухэтапная аутентификация отключена',
  'authenticator-added': 'Добавлен аутентификатор',
  'authenticator-replaced': 'Аутентификатор заменён',
  'authenticator-removed': 'Аутентификатор удалён',
  'security-key-added': 'Добавлен ключ доступа или аппаратный ключ',
  'security-key-removed': 'Удалён ключ доступа или аппаратный ключ',
  'security-key-stopped': 'Аппаратный ключ остановлен',
  'recovery-code-used': 'Использован код восстановления',
  'recovery-codes-regenerated': 'Созданы новые коды восстановления',
  locked: 'Слишком много неверных кодов',
  'browser-remembered': 'Браузер запомнен',
  'impersonation-begun': 'Кто-то действует от вашего имени',
};

const SENTENCES: Readonly<Record<NoticeName, (facts: NoticeFacts) => string>> = {
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
    'С ним больше никто не войдёт. Удалите его в настройках и добавьте другой.',
  'recovery-code-used': ({ recoveryCodesLeft: left = 0 }) =>
    `Использован один из ваших кодов восстановления. Осталось: ${String(left)}.`,
  'recovery-codes-regenerated': () => 'Созданы новые коды восстановления; старые больше не действуют.',
  locked: ({ lockedUntil }) =>
    'Кто-то, кто знает ваш пароль, ввёл слишком много неверных кодов. Коды не принимаются ' +
    (typeof lockedUntil === 'number'
      ? `до ${minuteOf(lockedUntil)}; код восстановления действует, как и браузер, в котором вы уже входили.`
      : 'до тех пор, пока вы не введёте код восстановления или не поможет администратор.'),
  'browser-remembered': () => 'В одном из браузеров при входе больше не будет спрашиваться код.',
  'impersonation-begun': ({ by = 'Кто-то' }) => `${by} теперь действует в панели от вашего имени.`,
};

/** A notice in Russian. */
export function russianNotice(name: NoticeName, facts: NoticeFacts): NoticeText {
  const { issuer, account, at, by, ip, browser } = facts;
  const lines = [
    `Учётная запись: ${account}`,
    `Когда: ${minuteOf(at)}`,
    ...(by === undefined ? [] : [`Кто: ${by}`]),
    ...(ip === undefined ? [] : [`Откуда: ${ip}`]),
    ...(browser === undefined ? [] : [`Чем: ${browser}`]),
  ];
  const advice =
    by === undefined ? `${OWN_DOING} ${NOT_YOU}` : 'Если вы этого не ожидали, выясните, кто это сделал.';
  return {
    subject: `${issuer}: ${SUBJECTS[name]}`,
    body: `${SENTENCES[name](facts)}\n\n${lines.join('\n')}\n\n${advice}\n`,
  };
}
