import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';

/** A file of the built console, with its compressed variants where the build made some. */
export interface ConsoleFile {
  readonly type: string;
  /** Whether its name holds a hash of its content, so that it never changes. */
  readonly hashed: boolean;
  readonly plain: Buffer;
  readonly br: Buffer | undefined;
  readonly gzip: Buffer | undefined;
}

/** What a build of the console may hold; anything else is not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** The page of the console, without which there is none. */
export const PAGE = 'index.html';

/** Where the build puts the files whose names hold a hash. */
const HASHED = '/assets/';

/**
 * The files of a built console by their URL path, read once: some hundred kB. A request is answered from this
 * map alone, so that no path of a request ever reaches the file system. Empty where nothing is built.
 */
export function readConsoleFiles(folder: string): ReadonlyMap<string, ConsoleFile> {
  const files = new Map<string, ConsoleFile>();
  for (const name of namesIn(folder)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const file = join(folder, name);
    const path = `/${name.split(sep).join('/')}`;
    const content = { br: readIfThere(`${file}.br`), gzip: readIfThere(`${file}.gz`) };
    const hashed = path.startsWith(HASHED);
    files.set(path, { type, hashed, plain: readFileSync(file), ...content });
  }
  return files;
}

/** Whether a console is built in `folder`. */
export function hasConsolePage(folder: string): boolean {
  return existsSync(join(folder, PAGE));
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
}

function readIfThere(file: string): Buffer | undefined {
  return existsSync(file) ? readFileSync(file) : undefined;
}
