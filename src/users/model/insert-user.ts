import { type EntityManager } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { AccessGrant } from './access-grant.entity.js';
import { normalizeEmail } from './email.js';
import { User } from './user.entity.js';

/** A user to insert, with the scopes of the grants. */
export type UserToInsert = Pick<User, 'email' | 'name' | 'passwordHash' | 'role'> & {
  readonly scopes: readonly string[];
};

/** Inserts a user with grants and returns the id; undefined if the e-mail is taken. */
export async function insertUser(
  manager: EntityManager,
  { email, scopes, ...user }: UserToInsert,
): Promise<string | undefined> {
  const inserted = await manager
    .createQueryBuilder()
    .insert()
    .into(User)
    .values({ id: uuidv7(), email: normalizeEmail(email), ...user })
    .orIgnore()
    .returning('id')
    .execute();
  const [row] = inserted.raw as { id: string }[];
  if (row) await replaceGrants(manager, row.id, scopes);
  return row?.id;
}

/** Gives a user these grants and no others. */
export async function replaceGrants(
  manager: EntityManager,
  userId: string,
  scopes: readonly string[],
): Promise<void> {
  await manager.delete(AccessGrant, { userId });
  await manager.insert(
    AccessGrant,
    scopes.map((scope) => ({ userId, scope })),
  );
}
