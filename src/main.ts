import { boundHeapGrowth } from './process/heap-growth.js';
import { runProcess } from './process/run-process.js';

boundHeapGrowth();
void runProcess('server', async () => (await import('./server.process.js')).startServer);
