import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigError } from './start-error.js';

/**
 * The settings of a `.env` file, none where there is no such file. Its first bytes may say how it is
 * encoded: editors and shells on Windows write that, and it is no part of the first key. Throws
 * ConfigError where it can't be read.
 */
export function readEnvFile(path: string): Record<string, string | undefined> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    throw new ConfigError(
      `The settings file ${path} can't be read (${code ?? 'unknown'}): make it a file that this user may read, or remove it.`,
      { cause: error },
    );
  }
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  // A TextDecoder drops the mark.
  return parseEnv(new TextDecoder(utf16 ? 'utf-16le' : 'utf-8').decode(bytes));
}
