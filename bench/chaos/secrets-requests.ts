import { type FuzzRequest } from './fuzz-requests.js';
import { type Canaries } from './secrets-canaries.js';

/** Where a canary is put: a request with a text in it. */
type Place = (text: string, ids: Ids) => Partial<FuzzRequest> & { readonly json?: unknown };

/** What the requests work on. */
export interface Ids {
  readonly token: string;
  readonly nextActionId: string;
}

const ACTIONS = '/api/next-actions';
const ITEM = { kind: 'reminder', state: 'open', title: 'Call Acme back' };

const PLACES: Readonly<Record<string, Place>> = {
  'a search': (text) => ({ path: `${ACTIONS}?search=${encodeURIComponent(text)}` }),
  'an unknown parameter': (text) => ({ path: `${ACTIONS}?q=${encodeURIComponent(text)}` }),
  'the name of a parameter': (text) => ({ path: `${ACTIONS}?${encodeURIComponent(text)}=1` }),
  'a cursor': (text) => ({ path: `/api/risk?cursor=${encodeURIComponent(text)}` }),
  'a filter of dates': (text) => ({
    path: `/api/work-items?dueBefore=${encodeURIComponent(text)}`,
  }),
  'the id of an NBA': (text) => ({ path: `${ACTIONS}/${encodeURIComponent(text)}` }),
  'the id of a lead': (text) => ({ path: `/api/leads/${encodeURIComponent(text)}` }),
  'the id of a lead that is scored': (text) => ({
    method: 'POST',
    path: `/api/leads/${encodeURIComponent(text)}/score`,
  }),
  'the id of an item': (text) => ({
    method: 'DELETE',
    path: `/api/work-items/reminder/${encodeURIComponent(text)}`,
  }),
  'an unknown path': (text) => ({ path: `/api/nowhere/${encodeURIComponent(text)}` }),
  'a path that is encoded twice': (text) => ({
    path: `/api/nowhere/${encodeURIComponent(encodeURIComponent(text))}`,
  }),
  'a path of which every byte is encoded': (text) => ({
    path: `/api/nowhere/${Buffer.from(text).toString('hex').replace(/../g, '%$&')}`,
  }),
  'broken JSON': (text) => ({ method: 'POST', path: ACTIONS, body: Buffer.from(`{"a":"${text}`) }),
  'a field of another type': (text) => post(ACTIONS, { title: { note: text }, score: text }),
  'a date': (text) => post(ACTIONS, { title: 'x', snoozedUntil: text, sourceType: text }),
  'an unknown field': (text) => post(ACTIONS, { title: 'x', note: text }),
  'the name of an unknown field': (text) => post(ACTIONS, { title: 'x', [text]: 1 }),
  'the path of a bad key': (text) =>
    post(ACTIONS, { title: 'x', payload: { [text]: { toString: 1 } } }),
  'a batch that is refused': (text) =>
    post('/api/work-items/batch', { items: [{ ...ITEM, externalId: text, state: text }] }),
  'the same item twice': (text) =>
    post('/api/work-items/batch', { items: [1, 2].map(() => ({ ...ITEM, externalId: text })) }),
  'the key of an action': (text, ids) => press(ids, { actionKey: text }),
  'the input of an action': (text, ids) =>
    press(ids, { actionKey: 'mark_done', input: { note: text, [text]: text } }),
  'a scope': (text) => post('/api/scores/compute', { entityType: text, entityId: text }),
  'a header X-Api-Key': (text) => header('X-Api-Key', text),
  'a header Cookie': (text) => header('Cookie', text),
  'a header User-Agent': (text) => header('User-Agent', text),
  'a header Referer': (text) => header('Referer', `https://h.example/${text}`),
  'a header Accept': (text) => header('Accept', text),
  'a header Content-Type': (text) => ({
    ...post(ACTIONS, {}),
    headers: [['Content-Type', text.replace(/\s/g, ' ')]],
  }),
  'a request id': (text) => header('X-Request-Id', text),
  'the header Authorization': (text) => header('Authorization', text),
  'a header of broken form': (text) => header('X Broken', text),
  'a broken request line': (text) => ({ path: `/x y?${text.replace(/\s/g, ' ')}` }),
  'a refused Idempotency-Key': (text, ids) => ({
    ...press(ids, { actionKey: 'mark_done' }),
    headers: [
      ['Idempotency-Key', `${text.replace(/\s/g, '+')} `],
      ['Idempotency-Key', 'two'],
      ['Content-Type', 'application/json'],
    ],
  }),
  'the e-mail of a login': (text) => post('/api/auth/login', { email: text, password: 'x' }),
  'an unknown field of a login': (text) => post('/api/auth/login', { [text]: text }),
};

/** Places where any text is a secret, whatever its form. */
const BARE_PLACES: Readonly<Record<string, Place>> = {
  'the password of a login': (text) =>
    post('/api/auth/login', { email: 'operator@example.com', password: text }),
  'a password of a wrong type': (text) =>
    post('/api/auth/login', { email: 'operator@example.com', password: [text] }),
  'the password beside an unknown e-mail': (text) =>
    post('/api/auth/login', { email: 'nobody@example.com', password: text }),
  'a broken login': (text) => ({
    method: 'POST',
    path: '/api/auth/login',
    body: Buffer.from(`{"email":"operator@example.com","password":"${text}",}`),
  }),
  'a field apiKey': (text) => post(ACTIONS, { title: 'x', apiKey: text }),
  'an unknown Bearer token': (text) => header('Authorization', `Bearer ${text}`),
  'the value of a header': (text) => header('X-Api-Key', text),
  'the value of a parameter': (text) => ({ path: `${ACTIONS}?token=${text}` }),
  'the value of a search': (text) => ({ path: `${ACTIONS}?search=${text}` }),
};

/** Every place with a canary of every kind. */
export function secretRequests(canaries: Canaries, ids: Ids): FuzzRequest[] {
  const all: FuzzRequest[] = [];
  for (const [place, make] of Object.entries(PLACES)) {
    for (const { text } of canaries.forms(place)) all.push(requestOf(make(text, ids), ids));
  }
  for (const [place, make] of Object.entries(BARE_PLACES)) {
    all.push(requestOf(make(canaries.bare(place), ids), ids));
  }
  return all;
}

function requestOf(made: ReturnType<Place>, { token }: Ids): FuzzRequest {
  const { json, headers = [], method = 'GET', path = '/', body } = made;
  const sent = json === undefined ? body : Buffer.from(JSON.stringify(json));
  const usual = [
    ['Authorization', `Bearer ${token}`],
    ['Content-Type', 'application/json'],
  ] as const;
  const names = new Set(headers.map(([name]) => name));
  const all = [...usual.filter(([name]) => !names.has(name)), ...headers];
  return { method, path, headers: all, body: sent, framing: 'length' };
}

function post(path: string, json: unknown): ReturnType<Place> {
  return { method: 'POST', path, json };
}

function press({ nextActionId }: Ids, json: unknown): ReturnType<Place> {
  return post(`${ACTIONS}/${nextActionId}/execute`, json);
}

/** A line break would end the header. */
function header(name: string, text: string): ReturnType<Place> {
  return { path: '/api/auth/me', headers: [[name, text.replace(/\s/g, ' ')]] };
}
