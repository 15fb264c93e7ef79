import { writeFileSync } from 'node:fs';
import { openApiDocument } from './openapi/document.js';

/** Writes docs/openapi.json. */
writeFileSync('docs/openapi.json', `${JSON.stringify(openApiDocument(), null, 2)}\n`);
