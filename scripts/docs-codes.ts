// Writes the tables of error codes into docs/http-api.md: `npm run docs:codes`.
import { readFileSync, writeFileSync } from 'node:fs';
import { withErrorCodes } from './error-codes-table.js';

const PAGE = 'docs/http-api.md';
writeFileSync(PAGE, withErrorCodes(readFileSync(PAGE, 'utf8')));
