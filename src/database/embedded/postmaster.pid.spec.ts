import { parsePostmasterPid } from './postmaster.pid.js';

describe('parsePostmasterPid', () => {
  const lines = ['4711', '/data', '1700000000', '5433', '', '127.0.0.1', '  123  456'];

  it('is ready only once the eighth line says so', () => {
    expect(parsePostmasterPid(`${lines.join('\n')}\n`).ready).toBe(false);
    expect(parsePostmasterPid(`${[...lines, 'starting'].join('\n')}\n`).ready).toBe(false);
    expect(parsePostmasterPid(`${[...lines, 'ready   '].join('\n')}\n`)).toEqual({
      pid: 4711,
      port: 5433,
      ready: true,
    });
  });

  it('treats a half-written file as missing', () => {
    expect(parsePostmasterPid('')).toMatchObject({ pid: 0, ready: false });
  });
});
