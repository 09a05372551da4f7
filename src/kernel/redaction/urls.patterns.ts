import { madeUp, REDACTED, replacing, type SecretPattern } from './secret-pattern.js';

const CREDENTIALS_IN_URL: SecretPattern = {
  what:
    'User and password of a URL, up to the last @ of its authority: a password may hold one that nobody ' +
    'encoded. A user without a password is a secret from 16 characters on.',
  source: 'RFC 3986, 3.2.1',
  hint: '://',
  ...replacing(
    /\b([a-z][a-z0-9+.-]{0,30}:\/\/)(?:[^\s/:]{0,256}:[^\s/]{0,1024}@|[^\s/:@]{0,256}:(?!\d{1,5}[/?#])[^\s@]{1,1024}@|[^\s/:@]{16,1024}@)/gi,
    `$1${REDACTED}@`,
  ),
  goes: [
    { text: 'connect postgres://nba:s3same@db:5432/x failed', gone: 's3same' },
    { text: 'redis://:s3same@cache', gone: 's3same' },
    { text: 'postgres://u:p@s3same@host/x failed', gone: 's3same' },
    { text: 'postgres://nba@s1:s3same@host', gone: 's3same' },
    { text: 'postgres://nba:s3/same@host/x', gone: 'same' },
    { text: `https://${madeUp('', 32)}@o1.ingest.example/2`, gone: madeUp('', 32) },
  ],
  stays: [
    'http://127.0.0.1:3000/api',
    'postgres://db.internal:5432/nba',
    'https://h.example/a:b/c',
    'git+ssh://host/path',
  ],
};

const WEBHOOK_URLS: SecretPattern = {
  what: 'A URL that is itself the secret: it lets anybody post',
  source: 'api.slack.com/messaging/webhooks; discord.com/developers; core.telegram.org/bots/api',
  hint: /hook|api\.telegram|maker\.ifttt/i,
  ...replacing(
    /\b(hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/|discord(?:app)?\.com\/api\/(?:v\d{1,3}\/)?webhooks\/|[\w-]{0,63}\.webhook\.office\.com\/webhookb2\/|outlook\.office\.com\/webhook\/|hooks\.zapier\.com\/hooks\/catch\/|maker\.ifttt\.com\/trigger\/\w{1,100}\/with\/key\/(?=[\w-]{16})|api\.telegram\.org\/bot(?=\d{1,20}:))[\w@/:.-]{6,1000}/gi,
    `$1${REDACTED}`,
  ),
  goes: [
    { text: `https://hooks.slack.com/services/T0/B0/${madeUp('', 24)}`, gone: madeUp('', 24) },
    { text: `post hooks.slack.com/workflows/T0/A0/${madeUp('', 24)} 404`, gone: madeUp('', 24) },
    { text: `https://discord.com/api/webhooks/123456789/${madeUp('', 68)}`, gone: madeUp('', 68) },
    { text: `https://discordapp.com/api/v10/webhooks/1/${madeUp('', 68)}`, gone: madeUp('', 68) },
    {
      text: `https://x.webhook.office.com/webhookb2/${madeUp('', 36)}@t/I/a`,
      gone: madeUp('', 36),
    },
    { text: `https://hooks.zapier.com/hooks/catch/1/${madeUp('', 7)}`, gone: madeUp('', 7) },
    { text: `https://maker.ifttt.com/trigger/x/with/key/${madeUp('', 22)}`, gone: madeUp('', 22) },
    { text: `https://api.telegram.org/bot123456:${madeUp('', 35)}/send`, gone: madeUp('', 35) },
  ],
  stays: ['https://hooks.slack.com/', 'https://discord.com/api/docs', 'src/webhooks/webhook.ts'],
};

const TELEGRAM_TOKEN: SecretPattern = {
  what: 'Telegram bot token: the bot’s number and 35 characters',
  source: 'core.telegram.org/bots/api, authorizing your bot',
  hint: /\d:[\w-]{35}/,
  ...replacing(/\b\d{6,12}:[\w-]{35}(?![\w-])/g, REDACTED),
  goes: [{ text: `bot ${madeUp('123456789:', 35)} refused`, gone: madeUp('', 35) }],
  stays: ['123456789:42', 'at 10:30:00'],
};

/** Secrets that stand in a URL, and URLs that are one. Parameters of a query are pairs. */
export const URLS: readonly SecretPattern[] = [CREDENTIALS_IN_URL, WEBHOOK_URLS, TELEGRAM_TOKEN];
