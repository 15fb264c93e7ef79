/** Invented hosting, for demonstration. */
export interface Hosting {
  readonly plan: string;
  readonly domains: readonly {
    readonly name: string;
    readonly php: string;
    readonly certificateDays: number;
  }[];
  readonly mailboxes: readonly {
    readonly address: string;
    readonly usedMb: number;
    readonly quotaMb: number;
  }[];
  readonly databases: number;
  readonly diskUsed: string;
  readonly diskQuota: number;
  readonly trafficUsed: string;
  readonly trafficQuota: number;
}

/** A service of the server. */
export interface Service {
  readonly name: string;
  readonly role: string;
  readonly version: string;
  readonly state: 'running' | 'update available';
}

const ALICE: Hosting = {
  plan: 'Business 20',
  domains: [
    { name: 'alice-ceramics.example', php: '8.4', certificateDays: 71 },
    { name: 'shop.alice-ceramics.example', php: '8.4', certificateDays: 71 },
    { name: 'pottery-course.example', php: '8.3', certificateDays: 12 },
  ],
  mailboxes: [
    { address: 'hello@alice-ceramics.example', usedMb: 812, quotaMb: 2048 },
    { address: 'orders@alice-ceramics.example', usedMb: 1630, quotaMb: 2048 },
  ],
  databases: 3,
  diskUsed: '8.6',
  diskQuota: 20,
  trafficUsed: '41',
  trafficQuota: 200,
};

const BOB: Hosting = {
  plan: 'Starter 5',
  domains: [{ name: 'bobs-bikes.example', php: '8.3', certificateDays: 54 }],
  mailboxes: [{ address: 'bob@bobs-bikes.example', usedMb: 96, quotaMb: 1024 }],
  databases: 1,
  diskUsed: '4.1',
  diskQuota: 5,
  trafficUsed: '9',
  trafficQuota: 50,
};

/** What a user hosts. */
export function hostingOf(login: string): Hosting {
  return login === 'bob' ? BOB : ALICE;
}

/** What runs on the server. */
export const SERVICES: readonly Service[] = [
  { name: 'nginx', role: 'Web server', version: '1.28', state: 'running' },
  { name: 'PHP-FPM', role: 'PHP 8.3, 8.4', version: '8.4', state: 'running' },
  { name: 'MariaDB', role: 'Databases', version: '11.8', state: 'update available' },
  { name: 'Exim, Dovecot', role: 'Mail', version: '4.98', state: 'running' },
  { name: 'BIND', role: 'Name server', version: '9.20', state: 'running' },
];
