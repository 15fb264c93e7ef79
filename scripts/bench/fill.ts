import { withRedis } from '../../test/support/redis-server.js';
import { places, writeRecords } from './accounts.js';

/** A program that writes the records of many accounts: `<Redis> <prefix> <first place> <count>`. */
const [url = '', prefix = '', first, count] = process.argv.slice(2);
await withRedis(url, (redis) => writeRecords(redis, prefix, places(Number(first), Number(count))));
process.disconnect();
