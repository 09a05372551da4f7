import { runProcess } from './process/run-process.js';

void runProcess('server', async () => (await import('./server.process.js')).startServer);
