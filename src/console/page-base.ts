import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type ConsoleFile } from './console-files.js';

/** What the build writes for the root; everything that the page loads and asks for is relative to it. */
const ROOT = /<base href="\/" ?\/?>/;

/** The page of the console for browsers that reach this server under a path. Throws for a page without a base. */
export function pageUnder(page: ConsoleFile, base: string): ConsoleFile {
  const html = page.plain.toString('utf8');
  if (!ROOT.test(html)) {
    throw new Error('The page of the console names no base, which BASE_PATH needs: npm run build.');
  }
  const plain = Buffer.from(html.replace(ROOT, `<base href="${base}/" />`));
  return { ...page, plain, br: brotliCompressSync(plain), gzip: gzipSync(plain) };
}
