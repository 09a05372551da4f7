/** From the least to the most; each may do what the one before may. Source: docs/domain.md, Roles. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Every permission, with the least role that has it. */
const LEAST_ROLE = {
  /** See who one is. */
  'account.read': 'viewer',
  /** Change one's own password; a service token has none. */
  'account.change': 'viewer',
  'scopes.read': 'viewer',
  'next-actions.read': 'viewer',
  /** Press buttons, and close by hand. */
  'next-actions.press': 'operator',
  /** Create next best actions. */
  'next-actions.write': 'operator',
  'next-actions.run': 'operator',
  /** Suppress in one scope for up to 90 days, change and lift that. */
  'suppressions.write': 'operator',
  /** The same for good, for longer, and over more than one scope. */
  'suppressions.forever': 'admin',
  'risk.read': 'viewer',
  /** Snooze, resolve, dismiss and reopen flags. */
  'risk.change': 'operator',
  'risk.run': 'operator',
  'scores.read': 'viewer',
  'scores.compute': 'operator',
  'work-items.read': 'viewer',
  /** Push, change, import and delete work items. */
  'work-items.write': 'operator',
  'leads.read': 'viewer',
  'leads.score': 'operator',
  'events.read': 'viewer',
  'jobs.read': 'viewer',
  /** Retry and cancel jobs. */
  'jobs.manage': 'admin',
  /** Make, change and delete webhooks, and send their deliveries again. */
  'webhooks.manage': 'admin',
  'users.manage': 'admin',
  'service-tokens.manage': 'admin',
} as const satisfies Readonly<Record<string, Role>>;

/** What a caller may do: `<resource>.<verb>`. */
export type Permission = keyof typeof LEAST_ROLE;

export const PERMISSIONS = Object.keys(LEAST_ROLE) as Permission[];

/** Whether a role may do all that another may. */
export function covers(role: Role, other: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(other);
}

/** The least role that has a permission. */
export function leastRoleWith(permission: Permission): Role {
  return LEAST_ROLE[permission];
}

const OF_ROLE = new Map(
  ROLES.map((role) => [
    role,
    new Set(PERMISSIONS.filter((permission) => covers(role, LEAST_ROLE[permission]))),
  ]),
);
const OF_SERVICE = new Map(
  ROLES.map((role) => [
    role,
    new Set([...permissionsOf(role)].filter((permission) => permission !== 'account.change')),
  ]),
);

/** The permissions of a user of a role. */
export function permissionsOf(role: Role): ReadonlySet<Permission> {
  return OF_ROLE.get(role) ?? new Set();
}

/** The permissions of a service token of a role: those of a user, but for the password. */
export function permissionsOfService(role: Role): ReadonlySet<Permission> {
  return OF_SERVICE.get(role) ?? new Set();
}

/** Every permission: what the application itself may do. */
export const ALL_PERMISSIONS: ReadonlySet<Permission> = new Set(PERMISSIONS);

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(LEAST_ROLE, text);
}
