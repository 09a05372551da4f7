import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** A browser to start, with what it needs of the environment. */
export interface Chromium {
  readonly executablePath: string;
  readonly env: Readonly<Record<string, string>>;
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** CHROME_PATH, else an installed Chromium or Chrome, else the packed one (Linux, x64); undefined: none. */
export function findChromium(): Chromium | undefined {
  const named = process.env.CHROME_PATH;
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) throw new Error(`CHROME_PATH names no file: ${named}`);
    return { executablePath: named, env: {} };
  }
  const installed = [
    ...(process.env.PATH ?? '')
      .split(delimiter)
      .flatMap((folder) => NAMES.map((name) => join(folder, name))),
    MAC,
  ].find((file) => existsSync(file));
  if (installed !== undefined) return { executablePath: installed, env: {} };
  return process.platform === 'linux' && process.arch === 'x64' ? packedChromium() : undefined;
}

/**
 * The browser of @sparticuz/chromium, unpacked once per user and version. By hand: the package unpacks the
 * libraries on AWS Lambda alone, and its arguments switch web security off.
 */
function packedChromium(): Chromium | undefined {
  const require = createRequire(resolve('package.json'));
  let packed: string;
  try {
    packed = join(dirname(require.resolve('@sparticuz/chromium')), '..', '..', 'bin');
  } catch {
    return undefined;
  }
  const { version } = JSON.parse(readFileSync(join(packed, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const folder = join(tmpdir(), `nba-chromium-${version}-${userInfo().uid}`);
  if (!existsSync(folder)) unpack(packed, folder);
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_PATH: join(folder, 'fonts'),
    },
  };
}

/** Beside, then renamed: an interrupted run leaves nothing half done. */
function unpack(packed: string, folder: string): void {
  const beside = mkdtempSync(`${folder}.`);
  const file = join(beside, 'chromium');
  writeFileSync(file, brotliDecompressSync(readFileSync(join(packed, 'chromium.br'))));
  chmodSync(file, 0o755);
  for (const name of ['al2023', 'fonts']) {
    const into = join(beside, name);
    mkdirSync(into);
    const input = brotliDecompressSync(readFileSync(join(packed, `${name}.tar.br`)));
    execFileSync('tar', ['-x', '-C', into], { input });
  }
  // It names the folders of AWS Lambda.
  const fonts = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>`;
  writeFileSync(join(beside, 'fonts', 'fonts.conf'), fonts);
  try {
    renameSync(beside, folder);
  } catch (error) {
    // Another run was faster.
    rmSync(beside, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}
