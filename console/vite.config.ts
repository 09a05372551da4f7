import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { precompressed } from './precompressed.js';

const API = 'http://127.0.0.1:3000';

/** Builds the console into `dist/console`; in development, serves it beside a server of the API on port 3000. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative: the base of the page says under which path the server is reached.
  base: './',
  plugins: [precompressed()],
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows no data: URL but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: false,
    // "use client" says nothing here: the whole page is of the client.
    rolldownOptions: {
      checks: { moduleLevelDirective: false },
      output: {
        // It changes seldom: browsers keep it when the console changes.
        codeSplitting: {
          groups: [{ name: 'react', test: /node_modules\/(?:react|react-dom|scheduler)\// }],
        },
      },
    },
  },
  server: { host: '127.0.0.1', port: 3010, strictPort: true, proxy: { '/api': { target: API } } },
});
