import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { resolve } from 'node:path';

/** Inside the project, so that packages are found from there. */
const FOLDER = '.test-build';
/** Builds of other states of the sources are removed when nobody used them for so long, in ms. */
const UNUSED_AFTER_MS = 3_600_000;

/**
 * The folder of a build, whose name says the state of its sources. `build` makes it in the folder that it is
 * given, unless it is there.
 */
export function builtOnce(name: string, build: (beside: string) => void): string {
  mkdirSync(FOLDER, { recursive: true });
  const folder = resolve(FOLDER, name);
  removeUnused(folder);
  if (!existsSync(folder)) {
    const beside = `${folder}.${process.pid}`;
    build(beside);
    try {
      renameSync(beside, folder);
    } catch (error) {
      // Another process was faster.
      if (!existsSync(folder)) throw error;
      rmSync(beside, { recursive: true, force: true });
    }
  }
  const now = new Date();
  utimesSync(folder, now, now);
  return folder;
}

function removeUnused(wanted: string): void {
  for (const name of readdirSync(FOLDER)) {
    const path = resolve(FOLDER, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (path !== wanted && age > UNUSED_AFTER_MS) rmSync(path, { recursive: true, force: true });
  }
}
