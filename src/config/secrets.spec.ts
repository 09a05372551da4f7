import { readEnv } from './env.js';
import { ConfigError } from './start-error.js';
import { resolveSecrets } from './secrets.js';

const STRONG = {
  NODE_ENV: 'production',
  JWT_SECRET: 'Qm7vX2-kd9Zt_4LsWn8-bRf3Yc6H-p5x8',
  ADMIN_EMAIL: 'admin@example.com',
  ADMIN_PASSWORD: 'nearly fifteen horses graze',
};

const resolve = (settings: Record<string, string>) =>
  resolveSecrets(readEnv({ ...STRONG, ...settings }));

describe('the secrets of production', () => {
  it('are those that are set', async () => {
    expect(await resolve({})).toEqual({
      jwtSecret: STRONG.JWT_SECRET,
      admin: { email: STRONG.ADMIN_EMAIL, password: STRONG.ADMIN_PASSWORD },
      webhookEncryptionKeys: [],
      adminPasswordFile: undefined,
    });
  });

  it('may hold several keys of webhooks, of which the first encrypts', async () => {
    const [newer, older] = [
      'Zt4LsWn8-bRf3Yc6H-Qm7vX2kd9-p5x8',
      'Yc6H-p5x8Qm7vX2-kd9Zt_4LsWn8-bRf3',
    ];
    const secrets = await resolve({ WEBHOOK_ENCRYPTION_KEY: `${newer}, ${older}` });
    expect(secrets.webhookEncryptionKeys).toEqual([newer, older]);
  });

  it.each([
    ['JWT_SECRET', 'sesame'.repeat(6)],
    ['WEBHOOK_ENCRYPTION_KEY', 'sesame'.repeat(6)],
    ['WEBHOOK_ENCRYPTION_KEY', `Zt4LsWn8-bRf3Yc6H-Qm7vX2kd9-p5x8,${'sesame'.repeat(6)}`],
    ['ADMIN_PASSWORD', 'sesame open'],
    ['ADMIN_PASSWORD', 'sesamesesame'],
    ['ADMIN_PASSWORD', 'password1234'],
    ['ADMIN_PASSWORD', 'admin@example.com'],
  ])('must not be easy to guess: a %s, named without its value', async (key, value) => {
    const error = await resolve({ [key]: value }).catch((thrown: unknown) => thrown as Error);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toHaveProperty('message', expect.stringMatching(new RegExp(`^${key} [^.]+\\.`)));
    expect(error).not.toHaveProperty('message', expect.stringContaining(value));
  });
});
