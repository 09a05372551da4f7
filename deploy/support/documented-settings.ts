import { readFileSync } from 'node:fs';

/** Every setting of the application: the keys of `.env.example`. */
export const DOCUMENTED_SETTINGS: ReadonlySet<string> = new Set(
  [...readFileSync('.env.example', 'utf8').matchAll(/^([A-Z0-9_]+)=/gm)].map(([, key = '']) => key),
);
