import { type WorkItem } from '../../work-item/kinds.js';
import { changesOf, FormFault, formOf } from './item-form.js';

describe('the form of a work item', () => {
  const item: WorkItem = {
    id: '0190a0a0-0000-7000-8000-000000000000',
    kind: 'intake_lead',
    externalId: 'crm-1',
    entityType: 'account',
    entityId: 'acme/north',
    state: 'scored',
    open: true,
    priority: 'medium',
    title: 'Call Acme',
    dueAt: '2026-03-10T12:00:30.500Z',
    occurredAt: '2026-03-01T00:00:00.000Z',
    attributes: { budget: 5000, contact: { email: 'a@example.com', phone: '1' } },
    scoredAt: '2026-03-02T00:00:00.000Z',
    createdAt: '2026-03-01T00:00:00.000Z',
    updatedAt: '2026-03-02T00:00:00.000Z',
  };
  const form = formOf(item);

  it('changes nothing when nothing was changed, not even the seconds that it does not show', () => {
    expect(changesOf(item, form)).toEqual({});
    expect(changesOf({ ...item, dueAt: null }, formOf({ ...item, dueAt: null }))).toEqual({});
  });

  it('sends what was changed alone', () => {
    expect(changesOf(item, { ...form, title: 'Call', priority: 'high' })).toEqual({
      title: 'Call',
      priority: 'high',
    });
    expect(changesOf(item, { ...form, state: 'qualified', due: '' })).toEqual({
      state: 'qualified',
      dueAt: null,
    });
    const due = '2026-04-01T09:30';
    expect(changesOf(item, { ...form, due })).toEqual({ dueAt: new Date(due).toISOString() });
    expect(changesOf(item, { ...form, scope: 'account/b/c' })).toEqual({
      entityType: 'account',
      entityId: 'b/c',
    });
  });

  it('sends attributes as a merge patch', () => {
    const attributes = JSON.stringify({ contact: { email: 'a@example.com' }, fit: 80 });
    expect(changesOf(item, { ...form, attributes }).attributes).toEqual({
      budget: null,
      contact: { phone: null },
      fit: 80,
    });
    const same = JSON.stringify(item.attributes);
    expect(changesOf(item, { ...form, attributes: same })).toEqual({});
    expect(changesOf(item, { ...form, attributes: ' ' }).attributes).toEqual({
      budget: null,
      contact: null,
    });
  });

  it('refuses what is no object, and what is no scope', () => {
    for (const attributes of ['[1]', '{', 'null']) {
      expect(() => changesOf(item, { ...form, attributes })).toThrow(FormFault);
    }
    for (const scope of ['acme', '/acme', 'account/ ']) {
      expect(() => changesOf(item, { ...form, scope })).toThrow(FormFault);
    }
  });
});
