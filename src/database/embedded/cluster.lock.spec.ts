import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeLock } from './cluster.lock.js';
import { processIdentity } from './process.identity.js';

describe('takeLock', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nba-lock-'));
    path = join(folder, 'lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const dead = (): number => spawnSync(process.execPath, ['--version']).pid;

  it('names the living holder, and is free again after the release', async () => {
    const lock = await takeLock(path);
    expect(await takeLock(path)).toMatchObject({ pid: process.pid });
    if ('release' in lock) await lock.release();
    expect(readdirSync(folder)).toEqual([]);
    expect(await takeLock(path)).toHaveProperty('release');
  });

  it.each([
    ['a dead process', () => JSON.stringify({ pid: dead(), identity: 'gone', nonce: 'a' })],
    ['a recycled pid', () => JSON.stringify({ pid: process.pid, identity: 'then', nonce: 'b' })],
    ['a file that a power cut emptied', () => ''],
  ])('goes to exactly one of many at once after %s', async (_what, content) => {
    writeFileSync(path, content());
    const claims = await Promise.all(Array.from({ length: 20 }, () => takeLock(path)));
    expect(claims.filter((claim) => 'release' in claim)).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it('can be taken after a process died while it took the lock over', async () => {
    writeFileSync(path, JSON.stringify({ pid: dead(), identity: 'gone', nonce: 'a' }));
    writeFileSync(`${path}.a`, JSON.stringify({ pid: dead(), identity: 'gone', nonce: 'b' }));
    expect(await takeLock(path)).toHaveProperty('release');
    expect(readdirSync(folder)).toEqual(['lock']);
  });
});

describe('processIdentity', () => {
  it('distinguishes a running process from one that has ended', () => {
    expect(processIdentity(process.pid)).toBe(processIdentity(process.pid));
    expect(processIdentity(spawnSync(process.execPath, ['--version']).pid)).toBeUndefined();
    expect(processIdentity(0)).toBeUndefined();
  });
});
