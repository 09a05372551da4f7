import { DomainError } from './errors/domain-error.js';
import { leastRoleWith, type Permission } from './permissions.js';

/** 403: the caller's role lacks a permission. */
export function permissionDenied(permission: Permission | undefined): DomainError {
  const detail =
    permission === undefined
      ? 'This route is open to nobody.'
      : `This needs the permission ${permission}, which the role ${leastRoleWith(permission)} has.`;
  return new DomainError('PERMISSION_DENIED', 403, detail, { logLevel: 'info' });
}
