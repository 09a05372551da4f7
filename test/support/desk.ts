import { randomUUID } from 'node:crypto';
import { type ApiClient } from './requests.js';

/** A scope, as tests name it. */
export interface TestScope {
  readonly entityType: string;
  readonly entityId: string;
}

/** A work item as tests push it; times as hours from now, negative for the past. */
export interface TestItem {
  readonly kind: string;
  readonly externalId: string;
  readonly state: string;
  readonly title?: string;
  readonly priority?: string;
  readonly dueInHours?: number;
  readonly occurredInHours?: number;
  readonly attributes?: object;
}

/** The closed state of each kind. */
export const FIXED: Readonly<Record<string, string>> = {
  notification_delivery: 'delivered',
  reminder: 'done',
  proposal: 'accepted',
  retention_contact: 'contacted',
  handoff: 'confirmed',
  intake_lead: 'converted',
};

/** A custom desk that no other test uses, in whatever process or server. */
export function freshScope(): TestScope {
  return { entityType: 'account', entityId: `test ${randomUUID()}` };
}

export function hoursFromNow(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}

/** Pushes items into a scope. External ids are unique by kind in the whole database, so name them well. */
export async function pushItems(
  api: ApiClient,
  scope: TestScope,
  items: readonly TestItem[],
  query = '',
): Promise<{ created: number; updated: number; unchanged: number }> {
  const response = await api
    .post(`/api/work-items/batch${query}`, {
      items: items.map(({ dueInHours, occurredInHours, ...item }) => ({
        ...scope,
        title: `${item.kind} ${item.externalId}`,
        ...item,
        ...(dueInHours === undefined ? {} : { dueAt: hoursFromNow(dueInHours) }),
        ...(occurredInHours === undefined ? {} : { occurredAt: hoursFromNow(occurredInHours) }),
      })),
    })
    .expect(200);
  return response.body as { created: number; updated: number; unchanged: number };
}

/** So many items of a kind and state, named after the scope. */
export function manyItems(
  scope: TestScope,
  count: number,
  item: Omit<TestItem, 'externalId'>,
): TestItem[] {
  return Array.from({ length: count }, (_, index) => ({
    ...item,
    externalId: `${scope.entityId}:${item.state}:${index + 1}`,
  }));
}

/** A scope with one contact that is overdue: the rule `retention_overdue` finds it. */
export async function overdueScope(api: ApiClient, entityType = 'account'): Promise<TestScope> {
  const scope = { ...freshScope(), entityType };
  const item = { kind: 'retention_contact', state: 'open', dueInHours: -3 };
  await pushItems(api, scope, manyItems(scope, 1, item));
  return scope;
}

/** Runs a route that takes a scope and answers 200. */
export async function runIn<Answer>(
  api: ApiClient,
  path: string,
  scope: TestScope,
): Promise<Answer> {
  return (await api.post(path, scope).expect(200)).body as Answer;
}

/** The rows of a list, of its first hundred. */
export async function listIn<Row>(
  api: ApiClient,
  path: string,
  scope: TestScope,
  query: Record<string, string | number | boolean> = {},
): Promise<Row[]> {
  const response = await api.get(path, { ...scope, pageSize: 100, ...query }).expect(200);
  return (response.body as { items: Row[] }).items;
}

export interface RiskFlagBody {
  readonly id: string;
  readonly ruleKey: string;
  readonly status: string;
  readonly severity: string;
  readonly evidence: Record<string, unknown>;
  readonly resolvedBy: string | null;
  readonly firstSeenAt: string;
  readonly snoozedUntil: string | null;
}

export interface NextActionBody {
  readonly id: string;
  readonly createdByRule: string | null;
  readonly title: string;
  readonly status: string;
  readonly priority: string;
  readonly score: number;
  readonly explanation: {
    readonly ruleKey: string;
    readonly summary: string;
    readonly evidence: { key: string; value: unknown }[];
    readonly recommendedSteps: string[];
    readonly links: { label: string; href: string }[];
    readonly factors: Record<string, number>;
  };
}
