/** A node as Patroni knows it. Source: Patroni's REST API, GET /cluster. */
export interface NodeState {
  readonly name: string;
  readonly role: 'leader' | 'sync_standby' | 'replica' | 'other';
  /** Whether PostgreSQL runs there, as a primary or as a standby that streams. */
  readonly running: boolean;
  readonly timeline: number | undefined;
}

/** What the nodes of a cluster are. */
export interface ClusterState {
  readonly nodes: readonly NodeState[];
}

const RUNNING = new Set(['running', 'streaming']);
const ROLES: Readonly<Record<string, NodeState['role']>> = {
  leader: 'leader',
  sync_standby: 'sync_standby',
  replica: 'replica',
};

/** The state in an answer of GET /cluster; what is missing or unknown counts as not running. */
export function clusterStateOf(answer: unknown): ClusterState {
  const { members } = (answer ?? {}) as { members?: unknown };
  const nodes = Array.isArray(members) ? (members as Record<string, unknown>[]) : [];
  return {
    nodes: nodes.map(({ name, role, state, timeline }) => ({
      name: String(name),
      role: ROLES[String(role)] ?? 'other',
      running: RUNNING.has(String(state)),
      timeline: typeof timeline === 'number' ? timeline : undefined,
    })),
  };
}

/** The name of the running primary; undefined without one. */
export function leaderOf({ nodes }: ClusterState): string | undefined {
  return nodes.find(({ role, running }) => role === 'leader' && running)?.name;
}

/** The name of the standby that is in step with every commit; undefined without one. */
export function synchronousOf({ nodes }: ClusterState): string | undefined {
  return nodes.find(({ role, running }) => role === 'sync_standby' && running)?.name;
}

/** Why a cluster of so many nodes is not whole yet; undefined where it is. */
export function missingIn(state: ClusterState, count: number): string | undefined {
  const leader = leaderOf(state);
  if (leader === undefined) return 'there is no primary';
  if (synchronousOf(state) === undefined) return 'no standby is synchronous';
  const running = state.nodes.filter((node) => node.running);
  if (running.length < count) return `${running.length} of ${count} nodes run`;
  const timelines = new Set(state.nodes.map(({ timeline }) => timeline));
  return timelines.size === 1 ? undefined : 'a node is on another timeline';
}
