/** Where a link from data leads, as far as it is followed. */
export interface SafeLink {
  readonly href: string;
  /** Of another site: opened in a tab of its own, without a way back to this one. */
  readonly external: boolean;
}

/** The list of the API whose rows a page of the console shows, by the same filters. */
const ITEMS = /^\/api\/work-items(?=$|\?)/;

/** Own paths that exist: pages of the console, and what the API answers to a GET. */
const OWN =
  /^\/(?:$|\?|actions\/[^/]+$|api\/|(?:risk|scores|work-items|leads|effectiveness|jobs|events|webhooks|users|tokens)(?:$|\?))/;

/**
 * A link from data: an http(s) URL, or a path of this server that exists. Undefined for everything else, such
 * as `javascript:`, a path of another application, or `//host`: that is shown as text.
 */
export function safeLink(href: string | null | undefined): SafeLink | undefined {
  if (href == null || /[\s\\]/.test(href)) return undefined;
  if (/^https?:\/\/[^/]/i.test(href) && URL.canParse(href)) return { href, external: true };
  if (href.startsWith('//') || !OWN.test(href)) return undefined;
  return { href: ITEMS.test(href) ? itemsPage(href) : href, external: false };
}

/** The page names a scope as one word. */
function itemsPage(href: string): string {
  const query = new URLSearchParams(href.split('?')[1]);
  const [type, id] = [query.get('entityType'), query.get('entityId')];
  query.delete('entityType');
  query.delete('entityId');
  if (type !== null) query.set('scope', `${type}/${id ?? type}`);
  const search = query.toString();
  return search === '' ? '/work-items' : `/work-items?${search}`;
}
