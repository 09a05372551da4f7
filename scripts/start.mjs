// Builds if that is needed, then runs a built entry of dist/src in this very process: `start.mjs main`. With
// `build && node …`, npm's shell would stay between npm and the server and keep a SIGTERM to itself.
import './build-if-stale.mjs';

const [entry] = process.argv.splice(2, 1);
await import(new URL(`../dist/src/${entry}.js`, import.meta.url));
