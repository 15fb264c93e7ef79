import type { NextSteps, NoticeWords } from './notice-words.js';

const ALARM = 'Якщо це були не ви, негайно змініть пароль і повідомте адміністратора.';

/** What to do about a change that the owner may have made. */
const next = (expected: string, unexpected: string): NextSteps => ({
  expected: `Якщо це були ви, ${expected}`,
  unexpected: `${ALARM} ${unexpected}`,
});

const NOTHING = 'робити нічого не потрібно.';
const LOOK = 'Потім перевірте налаштування двоетапної автентифікації та видаліть усе, що додали не ви.';
const NEW_CODES = 'Потім створіть у налаштуваннях нові коди відновлення.';

/** What to do about a change that somebody made for the owner. */
const byOthers = (expected: string): NextSteps => ({
  expected: `Якщо ви про це просили, ${expected}`,
  unexpected: 'Якщо ні, з’ясуйте, хто й навіщо це зробив, і повідомте адміністратора.',
});

/** The notices in Ukrainian. */
export const ukrainian: NoticeWords = {
  subjects: {
    enabled: 'Двоетапну автентифікацію ввімкнено',
    disabled: 'Двоетапну автентифікацію вимкнено',
    'authenticator-added': 'Додано автентифікатор',
    'authenticator-replaced': 'Автентифікатор замінено',
    'authenticator-removed': 'Автентифікатор видалено',
    'security-key-added': 'Додано ключ доступу або апаратний ключ',
    'security-key-removed': 'Видалено ключ доступу або апаратний ключ',
    'security-key-stopped': 'Апаратний ключ заблоковано',
    'recovery-code-used': 'Використано код відновлення',
    'recovery-codes-regenerated': 'Створено нові коди відновлення',
    locked: 'Забагато неправильних кодів',
    unlocked: 'Неправильні коди рахуються з нуля',
    'browser-remembered': 'Браузер запам’ятовано',
    'browsers-revoked': 'Усі браузери забуто',
    'impersonation-begun': 'Хтось діє від вашого імені',
  },
  sentences: {
    enabled: () => 'Для вашого облікового запису ввімкнено двоетапну автентифікацію.',
    disabled: () =>
      'Для вашого облікового запису вимкнено двоетапну автентифікацію: коди ваших автентифікаторів, ключі доступу й апаратні ключі його більше не захищають.',
    'authenticator-added': () => 'Коди для вашого облікового запису тепер створює ще один автентифікатор.',
    'authenticator-replaced': () => 'Новий автентифікатор замінив ті, що у вас були.',
    'authenticator-removed': () =>
      'Один із ваших автентифікаторів більше не створює коди для вашого облікового запису.',
    'security-key-added': () =>
      'До вашого облікового запису додано ключ доступу або апаратний ключ: тепер із ним можна ввійти.',
    'security-key-removed': () =>
      'Видалено щонайменше один із ваших ключів доступу або апаратних ключів: із ним більше не можна ввійти. Які залишилися, видно в налаштуваннях.',
    'security-key-stopped': () =>
      'Апаратним ключем вашого облікового запису скористалися, хоча його лічильник пішов назад: у ключа може бути копія. З ним більше ніхто не ввійде.',
    'recovery-code-used': ({ recoveryCodesLeft: left = 0 }) =>
      `Використано один із ваших кодів відновлення. Залишилося: ${String(left)}.`,
    'recovery-codes-regenerated': () => 'Створено нові коди відновлення; старі більше не діють.',
    locked: ({ lockedUntil }, minute) =>
      'Хтось, хто знає ваш пароль, ввів забагато неправильних кодів. ' +
      (typeof lockedUntil === 'number'
        ? `Коди знову приймаються з ${minute(lockedUntil)}; до того діє код відновлення, як і браузер, у якому ви вже входили.`
        : 'Коди не приймаються, доки ви не введете код відновлення або не допоможе адміністратор.'),
    unlocked: () =>
      'Якщо для вашого облікового запису коди відхилялися, вони знову приймаються, і неправильні рахуються з нуля.',
    'browser-remembered': () => 'В одному з браузерів під час входу більше не запитуватиметься код.',
    'browsers-revoked': () =>
      'Для вашого облікового запису забуто всі браузери: у кожному під час входу знову запитується код.',
    'impersonation-begun': ({ by = 'Хтось' }) => `${by} тепер діє від вашого імені.`,
  },
  next: {
    enabled: next(
      'зберігайте коди відновлення в надійному місці окремо від телефону.',
      'Без цих кодів зняти її з облікового запису може лише адміністратор.',
    ),
    disabled: next(
      'увімкнути її знову можна в налаштуваннях будь-коли.',
      'Потім знову ввімкніть її в налаштуваннях.',
    ),
    'authenticator-added': next(NOTHING, LOOK),
    'authenticator-replaced': next(
      'видаліть обліковий запис із застосунку на старому телефоні: його коди більше не діють. Якщо ' +
        'телефон загублено і на ньому був ключ доступу, видаліть цей ключ у налаштуваннях.',
      LOOK,
    ),
    'authenticator-removed': next(
      'видаліть обліковий запис із того застосунку: його коди більше не діють.',
      LOOK,
    ),
    'security-key-added': next(NOTHING, LOOK),
    'security-key-removed': next('видаліть ключ і в браузері або менеджері паролів.', LOOK),
    'security-key-stopped': next('видаліть ключ у налаштуваннях і додайте інший.', LOOK),
    'recovery-code-used': next(
      'викресліть цей код. Якщо телефон загублено, під’єднайте в налаштуваннях новий; якщо кодів мало, створіть нові.',
      NEW_CODES,
    ),
    'recovery-codes-regenerated': next('збережіть нові в надійному місці та знищте старі.', NEW_CODES),
    locked: next(
      'увімкніть на телефоні час мережі та введіть наступний код.',
      'Без коду ця людина ввійти не змогла.',
    ),
    unlocked: next(NOTHING, LOOK),
    'browser-remembered': next(
      'робити нічого не потрібно. Забути браузер можна в налаштуваннях.',
      'Потім забудьте всі браузери в налаштуваннях.',
    ),
    'browsers-revoked': next(NOTHING, LOOK),
    'impersonation-begun': next(NOTHING, LOOK),
  },
  nextByOthers: {
    enabled: byOthers('відтепер входьте з кодами вашого автентифікатора.'),
    disabled: byOthers('увійдіть з паролем і знову ввімкніть її в налаштуваннях.'),
    'authenticator-added': byOthers(NOTHING),
    'authenticator-replaced': byOthers('відтепер користуйтеся кодами нового.'),
    'authenticator-removed': byOthers('відтепер користуйтеся кодами іншого.'),
    'security-key-added': byOthers(NOTHING),
    'security-key-removed': byOthers('увійдіть із кодом і додайте в налаштуваннях новий ключ.'),
    'security-key-stopped': byOthers('видаліть ключ у налаштуваннях і додайте інший.'),
    'recovery-code-used': byOthers('створіть у налаштуваннях нові коди, поки вони не закінчилися.'),
    'recovery-codes-regenerated': byOthers('отримайте нові особисто та знищте старі.'),
    locked: byOthers('зачекайте або введіть код відновлення.'),
    unlocked: byOthers('увімкніть на телефоні час мережі та введіть наступний код.'),
    'browser-remembered': byOthers(NOTHING),
    'browsers-revoked': byOthers('введіть код під час наступного входу.'),
    'impersonation-begun': byOthers(
      'робити нічого не потрібно: це закінчиться, коли ця людина повернеться до свого облікового запису.',
    ),
  },
  labels: { account: 'Обліковий запис', at: 'Час', by: 'Хто це зробив', ip: 'IP-адреса', browser: 'Браузер' },
};
