import { runProcess } from './process/run-process.js';

void runProcess('worker', async () => (await import('./worker.process.js')).startWorker);
