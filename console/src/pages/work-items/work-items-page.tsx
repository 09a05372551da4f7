import { type JSX, useCallback, useRef, useState } from 'react';
import { totalOf } from '../../api/paged.js';
import { useMay } from '../../api/rights.js';
import { useOnLive } from '../../live/renewed.js';
import { given } from '../../ui/filter-values.js';
import { useShortcuts } from '../../ui/keyboard.js';
import { List } from '../../ui/list.js';
import { Page } from '../../ui/page.js';
import { Search } from '../../ui/search.js';
import { useNow } from '../../ui/time.js';
import { useUrlFilters } from '../../ui/url-filters.js';
import { useWorkItems, WORK_ITEM_EVENTS } from '../../work-item/work-item-queries.js';
import { ImportDialog } from './import/import-dialog.js';
import { ITEM_FILTERS, keyIn } from './item-filters.js';
import { ItemFilterBar } from './item-filter-bar.js';
import { ItemPanel } from './item-panel.js';
import { ItemTable } from './item-table.js';
import { ItemsEmpty } from './items-empty.js';
import '../../styles/work-item.css';
import '../../styles/work-items.css';

/** What the business must act on: the input of scores and rules. */
export function WorkItemsPage(): JSX.Element {
  const [filters, setFilters] = useUrlFilters(ITEM_FILTERS);
  const { item, ...listed } = filters;
  const list = useWorkItems(given(listed));
  useOnLive(WORK_ITEM_EVENTS, list.changed);
  const mayWrite = useMay('work-items.write');
  const [imports, setImports] = useState(false);
  const now = useNow(60_000);
  const search = useRef<HTMLInputElement>(null);
  useShortcuts({ '/': () => search.current?.focus() });
  // Always the same until the filters change: another one would start the pause of the search anew.
  const setText = useCallback((text: string) => setFilters({ search: text }), [setFilters]);
  const close = (): void => setFilters({ item: '' });
  const shown = keyIn(item);
  const total = totalOf(list.first);
  return (
    <>
      <Page
        title="Work items"
        note={total !== undefined && `${total} ${total === '1' ? 'item' : 'items'}`}
        acts={
          <>
            <Search ref={search} value={filters.search} onChange={setText} />
            {mayWrite && (
              <button type="button" className="b" onClick={() => setImports(true)}>
                Import CSV
              </button>
            )}
          </>
        }
        filters={<ItemFilterBar filters={listed} onChange={setFilters} />}
      >
        <List
          list={list}
          empty={
            <ItemsEmpty
              isFiltered={Object.values(listed).some((value) => value !== '')}
              onClear={() =>
                setFilters(Object.fromEntries(Object.keys(listed).map((name) => [name, ''])))
              }
            />
          }
        >
          {(items) => <ItemTable items={items} filters={filters} now={now} />}
        </List>
      </Page>
      {shown && <ItemPanel key={item} {...shown} now={now} onClose={close} />}
      {imports && <ImportDialog scope={filters.scope} onClose={() => setImports(false)} />}
    </>
  );
}
