// The health check of a container: `healthcheck.mjs live` or `healthcheck.mjs ready`. Ends with 0 if the process of
// this container answers 200.
//
// A server listens on PORT and a worker on WORKER_PORT, and one image is both: of the two, the one that accepts the
// connection answers.
import { get } from 'node:http';

const LIMIT_MS = 4000;

const [probe = 'live'] = process.argv.slice(2);
const { HOST, PORT, WORKER_PORT } = process.env;
const host = HOST && HOST !== '0.0.0.0' && HOST !== '::' ? HOST : '127.0.0.1';

/** The status of the probe on a port; 0 if nothing answers there. */
function statusOn(port) {
  return new Promise((resolve) => {
    const request = get({ host, port, path: `/health/${probe}`, timeout: LIMIT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(0));
  });
}

const statuses = await Promise.all([PORT || 3000, WORKER_PORT || 3001].map(Number).map(statusOn));
const status = statuses.find((answered) => answered !== 0);
if (status !== 200) {
  console.error(status === undefined ? 'no answer' : `/health/${probe} answered ${status}`);
  process.exitCode = 1;
}
