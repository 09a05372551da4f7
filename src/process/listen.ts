import { type Server } from 'node:net';
import { StartError } from '../config/start-error.js';

/** Where a server listens, and the setting that holds its port. */
export interface ListenAddress {
  readonly port: number;
  readonly host: string;
  readonly portSetting: 'PORT' | 'WORKER_PORT' | 'METRICS_PORT';
}

/** How to fix a server that can't listen, by the code of its error. */
const ADVICE: Readonly<Record<string, (address: ListenAddress) => string>> = {
  EADDRINUSE: ({ port, portSetting }) =>
    `Port ${port} is in use: stop what listens there, or set ${portSetting} to a free one.`,
  EACCES: ({ port, portSetting }) =>
    `${portSetting} names port ${port}, which this user may not listen on: set it to 1024 or above, or give the process the right (CAP_NET_BIND_SERVICE).`,
  EADDRNOTAVAIL: ({ host }) =>
    `HOST names ${host}, which is no address of this machine: set it to one of its addresses, or to 0.0.0.0 for all.`,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  EINVAL: ({ host }) =>
    `HOST names ${host}, which can't be listened on as it is: a link-local address needs its interface, such as fe80::1%eth0.`,
  EAFNOSUPPORT: ({ host }) =>
    `HOST names ${host}, a kind of address that this machine does not have: set it to 0.0.0.0 for all of IPv4.`,
};

function unknownHost({ host }: ListenAddress): string {
  return `HOST names ${host}, which can't be found: set it to an address of this machine, or to 0.0.0.0 for all.`;
}

/** Listens, and resolves with the port. Throws StartError if a setting or the machine prevents it. */
export async function listen(server: Server, address: ListenAddress): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address.port, address.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    const advice = ADVICE[(error as NodeJS.ErrnoException).code ?? ''];
    throw advice ? new StartError(advice(address), { cause: error }) : error;
  }
  return (server.address() as { port: number }).port;
}
