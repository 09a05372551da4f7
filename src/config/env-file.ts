import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigError } from './start-error.js';

/**
 * The settings of a `.env` file; none if there is no such file. A byte order mark, which editors and shells
 * on Windows write, selects the encoding and is not part of the first key. Throws ConfigError where it
 * can't be read.
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
  // TextDecoder removes the byte order mark.
  return parseEnv(new TextDecoder(utf16 ? 'utf-16le' : 'utf-8').decode(bytes));
}
