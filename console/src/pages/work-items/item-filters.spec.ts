import { searchOf, valuesOf } from '../../ui/filter-values.js';
import { addressOf, ITEM_FILTERS, keyIn, stateChoices, stateWith } from './item-filters.js';

describe('the filters of the work items', () => {
  it('survive the address', () => {
    const values = {
      scope: 'account/acme & sons',
      kind: 'reminder',
      state: 'open',
      priority: 'high',
      condition: 'reminder_overdue',
      open: 'true',
      search: '50 % off?',
      item: 'reminder/crm/47 11',
    };
    expect(valuesOf(searchOf(values), ITEM_FILTERS)).toEqual(values);
  });

  it('ignore what an edited link has and the API would refuse', () => {
    const search = `?scope=acme&kind=letter&state=lost&condition=x&open=no&search=%20&item=crm-1`;
    const values = Object.values(valuesOf(search, ITEM_FILTERS));
    expect(values.every((value) => value === '')).toBe(true);
  });

  it('offer the states of the kind, and keep one that both kinds have', () => {
    expect(stateChoices('handoff').map(([state]) => state)).toEqual([
      '',
      'pending',
      'awaiting_client_confirmation',
      'confirmed',
      'cancelled',
    ]);
    expect(stateWith('reminder', 'cancelled')).toBe('cancelled');
    expect(stateWith('proposal', 'cancelled')).toBe('');
    expect(stateWith('', 'cancelled')).toBe('cancelled');
  });

  it('name an item whose id has slashes', () => {
    const key = { kind: 'reminder', externalId: 'crm/47/11' } as const;
    expect(keyIn(addressOf(key))).toEqual(key);
    expect(keyIn('constructor/1')).toBeUndefined();
  });
});
