import { type ComponentType, lazy } from 'react';
import { type Permission } from './api/client.js';

/** A page besides the queue: loaded when it is opened for the first time. */
export interface PageEntry {
  readonly path: string;
  readonly name: string;
  readonly group: '' | 'Operations' | 'Admin';
  /** Who may not do this does not see the page. */
  readonly needs: Permission;
  readonly Shown: ComponentType;
}

/** The pages in the order of the navigation. The server serves the same paths (src/console/serve-console.ts). */
export const PAGES: readonly PageEntry[] = [
  {
    path: '/risk',
    name: 'Risk',
    group: '',
    needs: 'risk.read',
    Shown: lazy(async () => ({ default: (await import('./pages/risk/risk-page.js')).RiskPage })),
  },
  {
    path: '/scores',
    name: 'Scores',
    group: '',
    needs: 'scores.read',
    Shown: lazy(async () => ({
      default: (await import('./pages/scores/scores-page.js')).ScoresPage,
    })),
  },
  {
    path: '/work-items',
    name: 'Work items',
    group: '',
    needs: 'work-items.read',
    Shown: lazy(async () => ({
      default: (await import('./pages/work-items/work-items-page.js')).WorkItemsPage,
    })),
  },
  {
    path: '/leads',
    name: 'Leads',
    group: '',
    needs: 'leads.read',
    Shown: lazy(async () => ({ default: (await import('./pages/leads/leads-page.js')).LeadsPage })),
  },
  {
    path: '/effectiveness',
    name: 'Effectiveness',
    group: '',
    needs: 'next-actions.read',
    Shown: lazy(async () => ({
      default: (await import('./pages/effectiveness/effectiveness-page.js')).EffectivenessPage,
    })),
  },
  {
    path: '/jobs',
    name: 'Jobs',
    group: 'Operations',
    needs: 'jobs.read',
    Shown: lazy(async () => ({ default: (await import('./pages/jobs/jobs-page.js')).JobsPage })),
  },
  {
    path: '/events',
    name: 'Events',
    group: 'Operations',
    needs: 'events.read',
    Shown: lazy(async () => ({
      default: (await import('./pages/events/events-page.js')).EventsPage,
    })),
  },
  {
    path: '/webhooks',
    name: 'Webhooks',
    group: 'Operations',
    needs: 'webhooks.manage',
    Shown: lazy(async () => ({
      default: (await import('./pages/webhooks/webhooks-page.js')).WebhooksPage,
    })),
  },
  {
    path: '/users',
    name: 'Users',
    group: 'Admin',
    needs: 'users.manage',
    Shown: lazy(async () => ({ default: (await import('./pages/users/users-page.js')).UsersPage })),
  },
  {
    path: '/tokens',
    name: 'Tokens',
    group: 'Admin',
    needs: 'service-tokens.manage',
    Shown: lazy(async () => ({
      default: (await import('./pages/tokens/tokens-page.js')).TokensPage,
    })),
  },
];
