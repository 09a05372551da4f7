import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { passwordProblem } from '../../config/secret-strength.js';
import { type CursorQuery } from '../../http/paging/cursor-page.js';
import { Paginator } from '../../http/paging/paginator.js';
import { type Actor, causedBy } from '../../kernel/actor.js';
import { ConflictError, NotFoundError, invalidField } from '../../kernel/errors/domain-error.js';
import { sqlStateOf, UNIQUE_VIOLATION } from '../../kernel/errors/database-failure.js';
import { isUuid } from '../../kernel/uuid.js';
import { nameFrom, normalizeEmail } from '../model/email.js';
import { assertMayGive, fewestScopes } from '../model/grant-rules.js';
import { insertUser, replaceGrants } from '../model/insert-user.js';
import { PrincipalCache } from '../model/principal-cache.js';
import { SessionsService } from '../model/sessions.service.js';
import { User } from '../model/user.entity.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { type ListedUser, type NewUser, type UserPage, type UserPatch } from './users.dto.js';
import { BY_EMAIL, lockQuery, userQuery, usersQuery } from './users.list.js';

/** Held by changes of roles and grants, so that two can't each take the last administrator: "nbaa". */
const ADMINS_LOCK = 0x6e626161;

const ANY_ADMIN = {
  name: 'any_admin_of_all',
  text: `
    SELECT users.id FROM users JOIN access_grants ON user_id = users.id AND scope = '*'
    WHERE role = 'admin' AND disabled_at IS NULL LIMIT 1`,
};

/** Manages users: administrators do so through the API, and who has the machine by a command. */
@Injectable()
export class UsersService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly paginator: Paginator,
    private readonly hasher: PasswordHasher,
    private readonly sessions: SessionsService,
    private readonly cache: PrincipalCache,
  ) {}

  /** A page of the users, by e-mail: those whose scopes all lie in the actor's own. */
  async list(query: CursorQuery, actor: Actor): Promise<UserPage> {
    const page = this.paginator.open('users', {}, query);
    const { statement, values } = usersQuery(actor, page);
    const rows = await this.transactions.query<ListedUser & Record<string, unknown>>(
      statement,
      values,
      { caller: actor },
    );
    return page.answer(rows, BY_EMAIL.positionOf);
  }

  /** One user; throws a 404. */
  async get(id: string, actor: Actor): Promise<ListedUser> {
    if (!isUuid(id)) throw userNotFound();
    const { statement, values } = userQuery(actor, id);
    const [user] = await this.transactions.query<ListedUser & Record<string, unknown>>(
      statement,
      values,
      { caller: actor },
    );
    if (!user) throw userNotFound();
    return user;
  }

  /** Adds a user; throws a 409 if the e-mail is taken, a 403 for a role or scopes beyond the actor's. */
  async create(body: NewUser, actor: Actor): Promise<ListedUser> {
    const { role, password } = body;
    const email = normalizeEmail(body.email);
    const name = body.name ?? nameFrom(email);
    const scopes = fewestScopes(body.scopes);
    assertMayGive({ role, scopes }, actor);
    const passwordHash = await this.hashAccepted(password, [email, name]);
    const id = await this.transactions.run(
      async (tx) => {
        const made = await insertUser(tx.manager, { email, name, role, passwordHash, scopes });
        if (made === undefined) throw emailTaken();
        publish(tx, made, { changed: ['created'], role, scopes, disabled: false }, actor);
        return made;
      },
      { caller: actor },
    );
    return this.get(id, actor);
  }

  /**
   * Changes a user. Another password, and disabling, end all sessions of the user. Throws a 404, a 403 for a
   * role or scopes beyond the actor's, a 409 for the last enabled administrator of all scopes, or if the
   * e-mail is taken.
   */
  async change(id: string, patch: UserPatch, actor: Actor): Promise<ListedUser> {
    const before = await this.get(id, actor);
    const scopes = patch.scopes && fewestScopes(patch.scopes);
    assertMayGive({ role: patch.role ?? before.role, scopes: scopes ?? before.scopes }, actor);
    const { password } = patch;
    const about = [patch.email ?? before.email, patch.name ?? before.name];
    const passwordHash =
      password === undefined ? undefined : await this.hashAccepted(password, about);
    await this.transactions.run(
      async (tx) => {
        await tx.manager.query('SELECT pg_advisory_xact_lock($1)', [ADMINS_LOCK]);
        const { statement, values } = lockQuery(actor, id);
        const [user] = await tx.query<ListedUser & Record<string, unknown>>(statement, values);
        if (!user) throw userNotFound();
        const changes = changesOf(user, Object.assign({}, patch, { scopes }));
        const changed = [
          ...Object.keys(changes),
          ...(passwordHash === undefined ? [] : ['password']),
        ];
        if (changed.length === 0) return;
        await update(tx.manager, id, changes, passwordHash);
        if (changes.scopes) await replaceGrants(tx.manager, id, changes.scopes);
        const after = Object.assign({}, user, changes);
        if (isAdminOfAll(user) && !isAdminOfAll(after)) await assertAnyAdmin(tx);
        if (passwordHash !== undefined || changes.disabled === true) {
          this.sessions.endOthers(tx, id, null);
        }
        tx.afterCommit(this.cache.clear);
        publish(tx, id, { changed, ...grantedTo(after) }, actor);
      },
      { caller: actor },
    );
    return this.get(id, actor);
  }

  /**
   * Gives a user another password, which ends all sessions but one. Returns false if it was changed, or the
   * user disabled, since it was verified: what was ended meanwhile must not come back by it.
   */
  async setOwnPassword(
    { id, email, name, passwordHash: verified, sessionId }: OwnCredentials,
    password: string,
    actor: Actor,
  ): Promise<boolean> {
    const passwordHash = await this.hashAccepted(password, [email, name], 'next');
    return this.transactions.run(
      async (tx) => {
        const { affected } = await tx.manager.update(
          User,
          { id, passwordHash: verified, disabledAt: IsNull() },
          { passwordHash, passwordChangedAt: () => 'now()' },
        );
        if (affected === 0) return false;
        this.sessions.endOthers(tx, id, sessionId);
        publish(tx, id, { changed: ['password'] }, actor);
        return true;
      },
      { caller: actor },
    );
  }

  private async hashAccepted(
    password: string,
    about: readonly string[],
    field = 'password',
  ): Promise<string> {
    const problem = await passwordProblem(password, about);
    if (problem !== undefined) throw invalidField(field, `${field} ${problem}`);
    return this.hasher.hash(password);
  }
}

/** What a user signed in with, and the session that goes on. */
interface OwnCredentials extends Pick<User, 'id' | 'email' | 'name' | 'passwordHash'> {
  readonly sessionId: string | null;
}

/** The fields of a patch that differ. */
type Changes = Partial<Pick<ListedUser, 'name' | 'email' | 'role' | 'scopes' | 'disabled'>>;

function changesOf(user: ListedUser, patch: Omit<UserPatch, 'password'>): Changes {
  const { name, role, scopes, disabled } = patch;
  const email = patch.email === undefined ? undefined : normalizeEmail(patch.email);
  const asked = { name, email, role, scopes, disabled };
  return Object.fromEntries(
    Object.entries(asked).filter(
      ([key, value]) =>
        value !== undefined && !isDeepStrictEqual(value, user[key as keyof ListedUser]),
    ),
  );
}

async function update(
  manager: EntityManager,
  id: string,
  { disabled, name, email, role }: Changes,
  passwordHash: string | undefined,
): Promise<void> {
  const changes = {
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(role === undefined ? {} : { role }),
    ...(disabled === undefined ? {} : { disabledAt: disabled ? () => 'now()' : null }),
    ...(passwordHash === undefined ? {} : { passwordHash, passwordChangedAt: () => 'now()' }),
  };
  if (Object.keys(changes).length === 0) return;
  try {
    await manager.update(User, { id }, changes);
  } catch (error) {
    // The only unique value of a user besides the id; TypeORM's error carries the code of the database's.
    if (sqlStateOf(error) === UNIQUE_VIOLATION) throw emailTaken();
    throw error;
  }
}

function isAdminOfAll({ role, scopes, disabled }: ListedUser): boolean {
  return role === 'admin' && scopes.includes('*') && !disabled;
}

async function assertAnyAdmin(tx: Transaction): Promise<void> {
  if ((await tx.query(ANY_ADMIN)).length > 0) return;
  throw new ConflictError(
    'LAST_ADMIN',
    'This is the last enabled administrator of all scopes: make another one first.',
  );
}

function grantedTo({ role, scopes, disabled }: ListedUser) {
  return { role, scopes, disabled };
}

function publish(
  tx: Transaction,
  id: string,
  meta: {
    readonly changed: readonly string[];
    readonly role?: string;
    readonly scopes?: readonly string[];
    readonly disabled?: boolean;
  },
  actor: Actor,
): void {
  tx.publish('user.changed', {
    ...causedBy(actor),
    sourceType: 'user',
    sourceId: id,
    status: 'success',
    meta,
  });
}

function userNotFound(): NotFoundError {
  return new NotFoundError('USER_NOT_FOUND', 'There is no user with this id.');
}

function emailTaken(): ConflictError {
  return new ConflictError('EMAIL_TAKEN', 'There is a user with this e-mail address already.');
}
