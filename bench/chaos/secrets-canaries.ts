/** A made-up secret, in the form in which people have it. */
export interface Canary {
  readonly kind: string;
  /** Text that holds it, such as `password=…`. */
  readonly text: string;
}

interface Sent {
  readonly kind: string;
  readonly place: string;
}

/** Kinds of which the form says that they are secret; `body` is what must not be seen. */
const KINDS: Readonly<Record<string, (body: string) => string>> = {
  'password pair': (body) => `password=${body}`,
  'password in JSON': (body) => `{"apiPassword":"${body}"}`,
  'password in a URL': (body) => `postgres://nba:${body}@db.internal/nba`,
  'password of a role': (body) => `ALTER ROLE nba PASSWORD '${body}'`,
  'token in a query': (body) => `https://h.example/x?access_token=${body}&a=1`,
  'signature of a URL': (body) => `https://s3.example/k?X-Amz-Signature=${body}`,
  'Bearer token': (body) => `Bearer ${body}`,
  'Basic credentials': (body) => `Basic ${Buffer.from(`jane:${body}`).toString('base64')}`,
  cookie: (body) => `Cookie: sid=${body}; theme=dark`,
  'JSON Web Token': (body) => `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${body}`,
  'PEM block': (body) => `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`,
  'AWS key id': (body) => `AKIA${body.toUpperCase()}`,
  'AWS secret key': (body) => `aws_secret_access_key = ${body}${body}`,
  'Slack token': (body) => `xoxb-123456789012-${body}`,
  'Slack webhook': (body) => `https://hooks.slack.com/services/T0/B0/${body}`,
  'GitHub token': (body) => `ghp_${body}aB3dE5gH7jK9mN1pQ3rS`,
  'fine-grained GitHub token': (body) => `github_pat_${body}_aB3dE5gH7jK9mN1pQ3rS5tU7vW9x`,
  'Stripe key': (body) => `sk_live_${body}`,
  'service token': (body) => `nba_${body}aB3dE5gH7jK9mN1pQ3rS5tU7vW9`,
  'webhook secret': (body) => `whsec_${body}aB3dE5gH7jK9mN1p`,
  'e-mail address': (body) => `${body}@example.com`,
};

/** Begin and end of every canary, so that a half of one is found, too. */
const BEGIN = 'k7Qz';
const END = 'z9Kx';
const PATTERN = new RegExp(`${BEGIN}([0-9a-z]{4})|([0-9a-z]{4})${END}`, 'gi');
/** So much of a secret that is not ours to make gives it away. */
const PART = 10;

/** Makes canaries and finds them again; each is sent in one place, so that a leak names it. */
export class Canaries {
  private readonly sent = new Map<string, Sent>();
  private readonly exact = new Map<string, Sent>();

  /** @param seed start of the numbers in them */
  constructor(private readonly seed: number) {}

  get count(): number {
    return this.sent.size;
  }

  /** One canary of every kind, for one place. */
  forms(place: string): Canary[] {
    return Object.entries(KINDS).map(([kind, form]) => {
      const body = this.bare(place, kind);
      const text = form(body);
      const base64 = /^Basic (.+)$/.exec(text)?.[1];
      // Its first characters are those of the name.
      if (base64) this.exact.set(base64.slice(PART), { kind, place });
      return { kind, text };
    });
  }

  /** One that nothing but its place makes a secret, such as what stands in a field `password`. */
  bare(place: string, kind = 'secret without a form'): string {
    const number = this.sent.size + (this.seed % 1000) * 1000;
    const id = number.toString(36).padStart(4, '0');
    this.sent.set(id, { kind, place });
    return `${BEGIN}${id}${id}${END}`;
  }

  /** A secret of the product itself. */
  watch(kind: string, secret: string): void {
    const place = 'a setting of the server';
    this.exact.set(secret.slice(0, PART), { kind, place });
    this.exact.set(secret.slice(-PART), { kind, place });
  }

  /** What a text gives away, one sentence for each kind and place. */
  leaks(text: string, where: string): string[] {
    const found: (readonly [Sent, string])[] = [];
    for (const match of text.matchAll(PATTERN)) {
      const sent = this.sent.get((match[1] ?? match[2] ?? '').toLowerCase());
      if (sent) found.push([sent, around(text, match.index)]);
    }
    for (const [part, sent] of this.exact) {
      const at = text.indexOf(part);
      if (at !== -1) found.push([sent, around(text, at)]);
    }
    const sentences = new Map<string, string>();
    for (const [{ kind, place }, excerpt] of found) {
      const sentence = `A ${kind} in ${place} stands in ${where}`;
      if (!sentences.has(sentence)) sentences.set(sentence, `${sentence}: …${excerpt}…`);
    }
    return [...sentences.values()];
  }
}

function around(text: string, index: number): string {
  return text.slice(Math.max(0, index - 60), index + 30).replace(/\s+/g, ' ');
}
