import { type Server } from 'node:http';
import { type Logger } from 'pino';
import { type PlainAnswer, plainServer } from '../http/plain-server.js';
import { accessLog } from '../logging/access-log.js';
import { type HealthAnswer } from './health.controller.js';
import { type Readiness } from './readiness.js';

const OK: HealthAnswer = { status: 'ok' };
const ANSWER: PlainAnswer = {
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(OK),
};

/**
 * The two health probes without the rest of the API, for a standalone worker: the bodies, headers and log
 * lines are those of the server. Any other request is a 404.
 */
export function probeServer(readiness: Pick<Readiness, 'check'>, logger: Logger): Server {
  const routes = {
    '/health/live': () => Promise.resolve(ANSWER),
    '/health/ready': async () => {
      await readiness.check();
      return ANSWER;
    },
  };
  return plainServer(routes, accessLog(logger));
}
