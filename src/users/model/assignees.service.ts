import { Injectable } from '@nestjs/common';
import { type Statement } from '../../database/connections/statement.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { maySee } from '../../kernel/grants.js';
import { type Permission, permissionsOf, type Role } from '../../kernel/permissions.js';
import { type Scope, ScopeFilter } from '../../kernel/scope.js';

/** Waits for a change of the user that is under way, and holds one off until the transaction ends. */
const LOCK_USER: Statement = {
  name: 'lock_assignee',
  text: 'SELECT role, disabled_at IS NOT NULL AS disabled FROM users WHERE id = $1 FOR SHARE',
};

/** A statement of its own: its snapshot must be taken after the lock was granted. */
const GRANTS_OF_USER: Statement = {
  name: 'find_assignee_grants',
  text: 'SELECT scope FROM access_grants WHERE user_id = $1',
};

/** Whether work in a scope may be assigned to a user, and if not, why. */
export type Assignability = 'assignable' | 'unknown' | 'disabled' | 'not_permitted';

/** To whom work may be assigned. */
@Injectable()
export class AssigneesService {
  /**
   * Whether a user is enabled, may see a scope and has a permission. It holds until the transaction ends: a
   * change of the user at the same moment waits. A user who may not see the scope is `unknown`.
   */
  async check(
    tx: Pick<Transaction, 'query'>,
    userId: string,
    scope: Scope,
    permission: Permission,
  ): Promise<Assignability> {
    const [[user], grants] = await Promise.all([
      tx.query<{ role: Role; disabled: boolean }>(LOCK_USER, [userId]),
      tx.query<{ scope: string }>(GRANTS_OF_USER, [userId]),
    ]);
    const scopes = ScopeFilter.parseAll(grants.map((grant) => grant.scope));
    if (!user || !maySee({ scopes }, scope)) return 'unknown';
    if (user.disabled) return 'disabled';
    return permissionsOf(user.role).has(permission) ? 'assignable' : 'not_permitted';
  }
}
