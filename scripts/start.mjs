// Builds if that is needed, then runs a built entry of dist/src in this very process: `start.mjs main`.
//
// npm runs a script in a shell and sends its signals there. The scripts of package.json run `exec`, so that
// the shell becomes this process: with `build && node …` the shell would end, and leave a server behind that has
// the port and the database. On Windows, which has no exec, run `node scripts/start.mjs main`.
import './build-if-stale.mjs';

const [entry] = process.argv.splice(2, 1);
await import(new URL(`../dist/src/${entry}.js`, import.meta.url));
