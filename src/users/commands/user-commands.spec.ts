import { parseUserCommand, UsageError } from './user-commands.js';

describe('the command line of npm run user', () => {
  it.each([
    [
      ['add', 'A@Example.com'],
      undefined,
      { name: 'add', email: 'a@example.com', role: 'operator' },
    ],
    [['add', 'a@example.com'], 'admin', { name: 'add', email: 'a@example.com', role: 'admin' }],
    [['password', 'a@example.com'], undefined, { name: 'password', email: 'a@example.com' }],
    [['list'], undefined, { name: 'list', email: '' }],
  ])('may be %j', (positionals, role, command) => {
    expect(parseUserCommand(positionals, { role })).toMatchObject(command);
  });

  it('may name scopes, which are all of them otherwise', () => {
    const add = ['add', 'a@example.com'];
    const scopes = (scope?: string[]) => parseUserCommand(add, { scope }).scopes;
    expect([scopes(), scopes(['account/*', 'desk/a'])]).toEqual([['*'], ['account/*', 'desk/a']]);
    expect(() => scopes(['account'])).toThrow('--scope must be');
    expect(() => parseUserCommand(['list'], { scope: ['*'] })).toThrow('list takes no --scope');
  });

  it.each([
    [[], undefined, 'The command must be one of'],
    [['remove', 'a@example.com'], undefined, 'The command must be one of'],
    [['add'], undefined, 'add needs an e-mail address'],
    [['add', 'nope'], undefined, 'add needs an e-mail address'],
    [['add', 'a@example.com', 'sesame'], undefined, 'a password is asked for'],
    [['add', 'a@example.com'], 'king', '--role must be one of'],
    [['disable', 'a@example.com'], 'admin', 'disable takes no --role'],
    [['list', 'a@example.com'], undefined, 'list takes no e-mail address'],
  ])('must not be %j', (positionals, role, message) => {
    const parse = () => parseUserCommand(positionals, { role });
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
    expect(parse).not.toThrow('sesame');
  });
});
