import { randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  readFileSync,
  realpathSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { type Env } from './env.js';
import { makePrivateFolder } from './private-folder.js';
import { ConfigError } from './start-error.js';
import { passwordProblem, secretProblem } from './secret-strength.js';

/** The resolved secrets of a process: a secret that the process needs is never undefined. */
export interface Secrets {
  readonly jwtSecret: string;
  /** The first user, created if there is none; undefined in production where it is not set. */
  readonly admin: { readonly email: string; readonly password: string } | undefined;
  /** Encrypt the secrets of webhooks; none in production where they are not set. */
  readonly webhookEncryptionKeys: readonly string[];
  /** File with the generated development password, if one was generated. */
  readonly adminPasswordFile: string | undefined;
}

/**
 * Takes the secrets from the environment. In production, throws ConfigError for one that is easy to guess.
 * In development, an unset secret is generated once and kept in DATA_DIR, readable by its owner only.
 */
export async function resolveSecrets(env: Env): Promise<Secrets> {
  if (env.production) {
    await assertStrong(env);
    const admin =
      env.adminEmail !== undefined && env.adminPassword !== undefined
        ? { email: env.adminEmail, password: env.adminPassword }
        : undefined;
    return {
      jwtSecret: env.jwtSecret ?? '',
      admin,
      webhookEncryptionKeys: env.webhooks.encryptionKeys,
      adminPasswordFile: undefined,
    };
  }
  const passwordFile = join(env.dataDir, 'admin-password');
  return {
    jwtSecret: env.jwtSecret ?? keptSecret(env.dataDir, 'jwt-secret', 32),
    admin: {
      email: env.adminEmail ?? 'operator@example.com',
      password: env.adminPassword ?? keptSecret(env.dataDir, 'admin-password', 15),
    },
    webhookEncryptionKeys:
      env.webhooks.encryptionKeys.length > 0
        ? env.webhooks.encryptionKeys
        : [keptSecret(env.dataDir, 'webhook-encryption-key', 32)],
    adminPasswordFile: env.adminPassword === undefined ? passwordFile : undefined,
  };
}

async function assertStrong(env: Env): Promise<void> {
  const { jwtSecret, adminPassword, adminEmail, webhooks } = env;
  if (jwtSecret !== undefined) await assertStrongSecret('JWT_SECRET', jwtSecret);
  for (const key of webhooks.encryptionKeys) {
    await assertStrongSecret('WEBHOOK_ENCRYPTION_KEY', key);
  }
  if (adminPassword === undefined) return;
  const about = adminEmail === undefined ? [] : [adminEmail];
  const weakPassword = await passwordProblem(adminPassword, about);
  if (weakPassword !== undefined) throw new ConfigError(`ADMIN_PASSWORD ${weakPassword}.`);
}

async function assertStrongSecret(setting: string, secret: string): Promise<void> {
  const weakness = await secretProblem(secret);
  if (weakness === undefined) return;
  throw new ConfigError(
    `${setting} ${weakness}. Set it to random characters, for example from: openssl rand -base64 48`,
  );
}

/** Reads a secret from its file, or generates it: two processes that start at once get the same one. */
function keptSecret(dataDir: string, name: string, bytes: number): string {
  const asGiven = resolve(dataDir);
  const directory = existsSync(asGiven) ? realpathSync(asGiven) : asGiven;
  makePrivateFolder(directory, 0o700);
  const file = join(directory, name);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  // Written to a temporary file and linked into place, so that no process reads a half-written secret.
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, randomBytes(bytes).toString('base64url'), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  return readFileSync(file, 'utf8').trim();
}
