import { type Socket } from 'node:net';
import { type PoolClient } from 'pg';

/**
 * Holds back what is written to a connection until the running turn of the event loop ends: statements
 * that are sent together then leave as one packet and one system call, instead of one each.
 */
export function sendAsOnePacket(client: PoolClient): void {
  const { stream } = (client as PoolClient & { connection: { stream: Socket } }).connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}
