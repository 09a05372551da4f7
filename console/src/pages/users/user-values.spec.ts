import { newUserOf, patchOf, type User, valuesOf } from './user-values.js';

const ANN: User = {
  id: '01a20c27-0000-7000-8000-000000000001',
  name: 'Ann Example',
  email: 'ann@example.com',
  role: 'viewer',
  scopes: ['account/acme', 'account/beta'],
  disabled: false,
  createdAt: '2026-01-01T00:00:00.000Z',
  lastSignInAt: null,
};

describe('the form of a user', () => {
  it('sends nothing where nothing differs', () => {
    expect(patchOf(ANN, valuesOf(ANN))).toEqual({});
    const turned = { ...valuesOf(ANN), scopes: 'account/beta\naccount/acme\n' };
    expect(patchOf(ANN, turned)).toEqual({});
  });

  it('sends what differs alone', () => {
    const values = {
      ...valuesOf(ANN),
      role: 'admin' as const,
      scopes: '*',
      password: 'long words',
    };
    expect(patchOf(ANN, values)).toEqual({ role: 'admin', scopes: ['*'], password: 'long words' });
    const renamed = { ...valuesOf(ANN), name: ' Ann ', email: 'a@example.com ' };
    expect(patchOf(ANN, renamed)).toEqual({ name: 'Ann', email: 'a@example.com' });
  });

  it('leaves the name of a new user to the server where none was typed', () => {
    const values = { ...valuesOf(undefined), email: 'bo@example.com', scopes: 'account/*' };
    expect(newUserOf({ ...values, password: ' spaces stay ' })).toEqual({
      email: 'bo@example.com',
      role: 'operator',
      scopes: ['account/*'],
      password: ' spaces stay ',
    });
    expect(newUserOf({ ...values, name: 'Bo' })).toMatchObject({ name: 'Bo' });
  });
});
