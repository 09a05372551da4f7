import { PassThrough } from 'node:stream';
import { readPassword, type Terminal } from './password-prompt.js';

/** A terminal to type at, and everything that it shows. */
class FakeTerminal implements Terminal {
  readonly input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => this.modes.push(raw),
  });
  readonly prompts = new PassThrough();
  readonly modes: boolean[] = [];

  type(keys: string): void {
    this.input.write(keys);
  }
  get shown(): string {
    return String(this.prompts.read() ?? '');
  }
}

describe('the prompt of a password', () => {
  it('shows the question and not what is typed', async () => {
    const terminal = new FakeTerminal();
    const password = readPassword('Password: ', terminal);
    terminal.type('sesamx\u007fe\r');
    expect(await password).toBe('sesame');
    expect(terminal.shown).toBe('Password: \n');
    // Raw mode turns the echo of the terminal off; afterwards it is on again.
    expect(terminal.modes).toEqual([true, false]);
  });

  it.each([
    ['Ctrl+C', '\u0003'],
    ['Ctrl+D', '\u0004'],
  ])('ends at %s without a password', async (_, key) => {
    const terminal = new FakeTerminal();
    const password = readPassword('Password: ', terminal);
    terminal.type(`half a pass${key === '\u0004' ? '\u0015' : ''}${key}`);
    await expect(password).rejects.toMatchObject({ name: 'AbortError' });
    expect(terminal.shown).not.toContain('half');
  });

  it.each([
    ['the first line', 'sesame\r\nmore\n', 'sesame'],
    ['a line without an end', 'sesame', 'sesame'],
    ['nothing', '', ''],
  ])('takes %s of an input that is no terminal', async (_, typed, password) => {
    const input = new PassThrough();
    input.end(typed);
    const prompts = new PassThrough();
    expect(await readPassword('Password: ', { input, prompts })).toBe(password);
    expect(prompts.read()).toBeNull();
  });
});
