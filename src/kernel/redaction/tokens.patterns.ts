import { inSentence, madeUp, replacing, REDACTED, type SecretPattern } from './secret-pattern.js';

/** Longest token that is taken as a whole, in characters: more than any service issues. */
const LONGEST = 4000;

/**
 * The body of a random token: at least so many characters of which one is a digit or a capital, or at
 * least 16 without a break. No name made of words has either: `sk_test_results_by_day`.
 */
function random(floor: number): string {
  const mixed = `(?=[a-z_-]{0,${LONGEST}}[A-Z0-9])[\\w-]{${floor},${LONGEST}}`;
  return `(?:${mixed}|[A-Za-z0-9]{${Math.max(floor, 16)},${LONGEST}}[\\w-]{0,${LONGEST}})`;
}

/** A kind of token that is recognized by its prefix: a row of the table below. */
interface TokenKind {
  readonly what: string;
  readonly source: string;
  /** Source of a pattern. */
  readonly prefix: string;
  readonly body: string;
  readonly goes: readonly string[];
  readonly stays?: readonly string[];
}

const KINDS: readonly TokenKind[] = [
  {
    what: 'Service token of this application: nba_ and base64url of 32 bytes',
    source: 'docs/http-api.md',
    prefix: 'nba_',
    body: random(40),
    goes: [madeUp('nba_', 43)],
    stays: ['nba_delivery_executed', 'nba_next_action_executions_by_actor_and_key_index'],
  },
  {
    what: 'Signing secret of a webhook: whsec_ and base64 of 24 to 64 bytes',
    source: 'standardwebhooks.com, spec; docs.stripe.com/webhooks',
    prefix: 'whsec_',
    body: `(?:[A-Za-z0-9+/]{16,${LONGEST}}={0,2}|${random(16)})`,
    goes: [madeUp('whsec_', 32), `${madeUp('whsec_', 30)}+/==`],
    stays: ['whsec_rotated_at', 'whsec_'],
  },
  {
    what: 'Stripe API key, secret, restricted or publishable',
    source: 'docs.stripe.com/keys',
    prefix: '[srp]k_(?:live|test)_',
    body: random(6),
    goes: [madeUp('sk_live_', 6), madeUp('rk_live_', 24), madeUp('sk_test_', 99)],
    stays: ['pk_users', 'uq_sk_index', 'fk_rk_x', 'pk_live_sessions', 'ix_sk_test_results_by_day'],
  },
  {
    what: 'GitHub token: personal, OAuth, user, server, refresh, fine-grained',
    source: 'github.blog/2021-04-05-behind-githubs-new-authentication-token-formats',
    prefix: '(?:gh[oprsu]_|github_pat_)',
    body: random(20),
    goes: [
      ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((prefix) => madeUp(prefix, 36)),
      madeUp(`${madeUp('github_pat_', 22)}_`, 59),
    ],
    stays: ['ghp_index', 'github_pat_rotation_reminder_days', 'ghs_table_of_everything_there_is'],
  },
  {
    what: 'GitLab token',
    source: 'docs.gitlab.com/security/tokens',
    prefix: 'gl(?:pat|ptt|dt|rt|cbt|ft|soat|imt|agent|oas|ffct)-',
    body: `${random(16)}(?:\\.[\\w-]{2,40}){0,2}`,
    goes: [madeUp('glpat-', 20), `${madeUp('glpat-', 27)}.01.0a1b2c3d4`, madeUp('glrt-', 20)],
    stays: ['glpat-rotation', 'glft-something-made-of-words'],
  },
  {
    what: 'Google API key, OAuth token and client secret',
    source: 'cloud.google.com/docs/authentication/api-keys',
    prefix: '(?:AIza|ya29\\.|GOCSPX-)',
    body: `[\\w-]{20,${LONGEST}}`,
    goes: [madeUp('AIza', 35), madeUp('ya29.', 60), madeUp('GOCSPX-', 28)],
    stays: ['AIzawa', 'ya29.5 kg'],
  },
  {
    what: 'npm and PyPI token',
    source: 'docs.npmjs.com/about-access-tokens; pypi.org/help',
    prefix: '(?:npm_|pypi-)',
    body: random(30),
    goes: [madeUp('npm_', 36), madeUp('pypi-', 100)],
    stays: ['npm_config_registry', 'npm_package_json', 'pypi-publish'],
  },
  {
    what: 'Slack token',
    source: 'api.slack.com/concepts/token-types',
    prefix: '(?:xox[a-z]-|xapp-(?=[A-Za-z_-]{0,20}\\d))',
    body: `[\\w-]{10,${LONGEST}}`,
    goes: [madeUp('xoxb-123456789012-', 24), madeUp('xoxp-', 20), madeUp('xapp-1-A0-', 20)],
    stays: ['xoxo-love', 'xapp-mobile', 'xapp-mobile-application'],
  },
  {
    what: 'AWS access key id, long-term and temporary',
    source: 'docs.aws.amazon.com/IAM, unique identifiers',
    prefix: '(?:AKIA|ASIA|ABIA|ACCA)',
    body: '[A-Z0-9]{16}(?![A-Za-z0-9])',
    goes: [madeUp('AKIA', 16).toUpperCase(), madeUp('ASIA', 16).toUpperCase()],
    stays: ['ASIA pacific', 'AKIAS', 'ASIANPACIFICREGIONALOFFICE'],
  },
  {
    what: 'Azure storage and service bus key',
    source: 'learn.microsoft.com/azure, connection strings',
    prefix: '(?:AccountKey|SharedAccessKey)=',
    body: `[A-Za-z0-9+/]{16,${LONGEST}}={0,2}`,
    goes: [`${madeUp('AccountKey=', 86)}==`],
    stays: ['AccountKey=acme'],
  },
  {
    what: 'SendGrid key',
    source: 'docs.sendgrid.com, API keys',
    prefix: 'SG\\.',
    body: '[\\w-]{16,100}\\.[\\w-]{16,200}',
    goes: [madeUp(`${madeUp('SG.', 22)}.`, 43)],
    stays: ['SG.json', 'SG.Singapore.Central'],
  },
  {
    what: 'OpenAI and Anthropic key',
    source: 'platform.openai.com/docs; docs.anthropic.com',
    prefix: 'sk-',
    body: `(?=[A-Za-z_-]{0,${LONGEST}}[0-9])(?=[a-z0-9_-]{0,${LONGEST}}[A-Z])[\\w-]{20,${LONGEST}}`,
    goes: [madeUp('sk-proj-', 48), madeUp('sk-', 48), madeUp('sk-ant-api03-', 90)],
    stays: ['sk-loading-spinner-of-the-large-panel'],
  },
  {
    what: 'Token of another service, by its prefix',
    source: 'docs.github.com/code-security, supported secret scanning patterns',
    prefix:
      '(?:shp(?:at|ca|pa|ss)_|do[opr]_v1_|hf_|dapi|dckr_pat_|hvs\\.|lin_api_|ntn_|PMAK-|glsa_|ATATT3|sbp_|tskey-|NRAK-|sq0[a-z]{3}-|AGE-SECRET-KEY-|key-(?=[0-9a-f]{32})|SK(?=[0-9a-f]{32}))',
    body: random(20),
    goes: [
      ...['shpat_', 'dop_v1_', 'hf_', 'dckr_pat_', 'hvs.', 'lin_api_', 'ntn_', 'glsa_', 'sbp_'],
      ...['PMAK-', 'tskey-auth-', 'NRAK-', 'sq0atp-', 'ATATT3xFf', 'AGE-SECRET-KEY-1', 'dapi'],
    ]
      .map((prefix) => madeUp(prefix, 36))
      .concat(`SK${'0a1b2c3d'.repeat(4)}`, `key-${'0a1b2c3d'.repeat(4)}`),
    stays: [
      'hf_index',
      'dapi',
      'key-value',
      'SKU',
      'tskey-name',
      'key-rotation-of-the-signing-keys',
    ],
  },
];

/** A row as an entry of its own: the table's test reads them one by one. */
export const TOKENS: readonly SecretPattern[] = KINDS.map(
  ({ what, source, prefix, body, goes, stays = [] }) => ({
    what,
    source,
    hint: new RegExp(`\\b${prefix}`),
    ...replacing(new RegExp(`\\b${prefix}${body}`, 'g'), REDACTED),
    goes: goes.flatMap((token) => [inSentence(token), { text: token, gone: token }]),
    stays,
  }),
);
