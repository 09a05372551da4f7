import { type Webhook } from '../../../api/webhooks.js';
import {
  EMPTY_HEADER,
  groupsOf,
  madeMeanwhile,
  newWebhookOf,
  patchOf,
  valuesOf,
} from './webhook-values.js';

const HOOK: Webhook = {
  id: '01a20c27-0000-7000-8000-000000000001',
  url: 'https://hooks.example.com/in',
  description: 'For the CRM',
  eventKeys: ['nba.run', 'risk.changed'],
  scopes: ['account/acme'],
  headerNames: ['x-api-key', 'x-tenant'],
  enabled: true,
  disabledReason: null,
  disabledAt: null,
  failingSince: null,
  previousSecretUntil: null,
  createdBy: null,
  createdAt: '2026-05-01T00:00:00.000Z',
  updatedAt: '2026-05-01T00:00:00.000Z',
};
const [key, tenant] = valuesOf(HOOK).headers as [typeof EMPTY_HEADER, typeof EMPTY_HEADER];

describe('a new webhook', () => {
  it('sends what was filled in alone', () => {
    const values = { ...valuesOf(undefined), url: ' https://a.example.com ', eventKeys: ['*'] };
    expect(newWebhookOf(values)).toEqual({ url: 'https://a.example.com', eventKeys: ['*'] });
    const headers = [
      { ...EMPTY_HEADER, name: 'X-Api-Key', value: 'sesame' },
      EMPTY_HEADER,
      { ...EMPTY_HEADER, name: 'X-Gone', isRemoved: true },
    ];
    expect(
      newWebhookOf({ ...values, scopes: 'account/*', description: ' For the CRM ', headers }),
    ).toEqual({
      url: 'https://a.example.com',
      eventKeys: ['*'],
      scopes: ['account/*'],
      description: 'For the CRM',
      headers: { 'X-Api-Key': 'sesame' },
    });
  });
});

describe('a changed webhook', () => {
  it('sends nothing where nothing differs', () => {
    expect(patchOf(HOOK, valuesOf(HOOK))).toEqual({});
    const turned = { ...valuesOf(HOOK), eventKeys: ['risk.changed', 'nba.run'] };
    expect(patchOf(HOOK, turned)).toEqual({});
  });

  it('sends what differs, and null for a description that is gone', () => {
    const values = { ...valuesOf(HOOK), eventKeys: ['*'], scopes: '*', description: ' ' };
    expect(patchOf(HOOK, values)).toEqual({ eventKeys: ['*'], scopes: ['*'], description: null });
  });

  it('replaces, removes and adds headers, and keeps those that were left alone', () => {
    const headers = [
      { ...key, value: 'new' },
      { ...tenant, isRemoved: true },
      { ...EMPTY_HEADER, name: 'X-More', value: '1' },
    ];
    expect(patchOf(HOOK, { ...valuesOf(HOOK), headers })).toEqual({
      headers: { 'x-api-key': 'new', 'x-tenant': null, 'X-More': '1' },
    });
  });

  it('sends all headers to another origin, or that there are none', () => {
    const moved = { ...valuesOf(HOOK), url: 'https://other.example.com/in' };
    expect(patchOf(HOOK, moved)).toEqual({ url: moved.url, headers: null });
    const headers = [{ ...key, value: 'again' }, tenant];
    expect(patchOf(HOOK, { ...moved, headers })).toEqual({
      url: moved.url,
      headers: { 'x-api-key': 'again' },
    });
    const none = { ...HOOK, headerNames: [] };
    expect(patchOf(none, { ...valuesOf(none), url: moved.url })).toEqual({ url: moved.url });
    const path = { ...valuesOf(HOOK), url: 'https://hooks.example.com/other' };
    expect(patchOf(HOOK, path)).toEqual({ url: path.url });
  });
});

describe('the groups of events', () => {
  it('are by what stands before the first dot', () => {
    expect(groupsOf(['nba.run', 'risk.changed', 'nba.delivery.failed'])).toEqual([
      ['nba', ['nba.run', 'nba.delivery.failed']],
      ['risk', ['risk.changed']],
    ]);
  });
});

describe('a lost answer', () => {
  it('finds the webhooks of the URL, as the server writes it, that were not there before', () => {
    const root = { ...HOOK, id: 'new', url: 'https://hooks.example.com/' };
    expect(madeMeanwhile([root, HOOK], new Set([HOOK.id]), 'https://HOOKS.example.com')).toEqual([
      root,
    ]);
    expect(madeMeanwhile([HOOK], new Set([HOOK.id]), HOOK.url)).toEqual([]);
  });
});
