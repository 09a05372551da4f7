import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SECRETS } from '../../config/config.module.js';
import { type Secrets } from '../../config/secrets.js';
import { EncryptionKeyMissingError, UnreadableBoxError } from './webhook.errors.js';

/** What a box holds; a part of what it is bound to, so that no box opens as one of another kind. */
export type BoxPurpose = 'secret' | 'headers';

const ALGORITHM = 'aes-256-gcm';
const VERSION = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;

/** A key of the setting: what encrypts, and a name for it that does not reveal it. */
interface BoxKey {
  readonly id: Buffer;
  readonly key: Buffer;
}

/**
 * Encrypts what the tables hold of endpoints: AES-256-GCM, with a key that HKDF derives from the setting
 * WEBHOOK_ENCRYPTION_KEY (RFC 5869). Its first key encrypts, all of them decrypt. A box is bound to its
 * endpoint and purpose: copied to another row, it does not open.
 */
@Injectable()
export class SecretBox {
  private readonly keys: readonly BoxKey[];

  constructor(@Inject(SECRETS) { webhookEncryptionKeys }: Secrets) {
    this.keys = webhookEncryptionKeys.map(boxKey);
  }

  /**
   * The box of a text: version, id of the key, nonce, tag and ciphertext. Throws EncryptionKeyMissingError
   * where the setting is not set.
   */
  seal(endpointId: string, purpose: BoxPurpose, text: string): Buffer {
    const { id, key } = this.encrypting();
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce);
    cipher.setAAD(boundTo(endpointId, purpose));
    const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), id, nonce, cipher.getAuthTag(), ciphertext]);
  }

  /** The text of a box. Throws UnreadableBoxError, which names the setting. */
  open(endpointId: string, purpose: BoxPurpose, box: Buffer): string {
    if (box.length < HEAD_BYTES || box[0] !== VERSION) throw new UnreadableBoxError('damaged');
    const nonce = box.subarray(1 + KEY_ID_BYTES, HEAD_BYTES - TAG_BYTES);
    const tag = box.subarray(HEAD_BYTES - TAG_BYTES, HEAD_BYTES);
    const matching = this.keyOf(box);
    if (!matching) throw new UnreadableBoxError('unknown key');
    try {
      const decipher = createDecipheriv(ALGORITHM, matching.key, nonce, {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(boundTo(endpointId, purpose));
      decipher.setAuthTag(tag);
      const text = [decipher.update(box.subarray(HEAD_BYTES)), decipher.final()];
      return Buffer.concat(text).toString('utf8');
    } catch {
      throw new UnreadableBoxError('damaged');
    }
  }

  /** The text of a box that opens: with a key that the setting holds, and undamaged. */
  openIfReadable(endpointId: string, purpose: BoxPurpose, box: Buffer): string | undefined {
    try {
      return this.open(endpointId, purpose, box);
    } catch (error) {
      if (error instanceof UnreadableBoxError) return undefined;
      throw error;
    }
  }

  /** Whether a box need not be encrypted anew: the first key of the setting did it. */
  isCurrent(box: Buffer): boolean {
    const key = this.keyOf(box);
    return key !== undefined && key === this.keys[0];
  }

  private keyOf(box: Buffer): BoxKey | undefined {
    const id = box.subarray(1, 1 + KEY_ID_BYTES);
    return this.keys.find((each) => each.id.equals(id));
  }

  private encrypting(): BoxKey {
    const [first] = this.keys;
    if (!first) throw new EncryptionKeyMissingError();
    return first;
  }
}

function boxKey(setting: string): BoxKey {
  return {
    id: derived(setting, 'next-best-actions webhook key id', KEY_ID_BYTES),
    key: derived(setting, 'next-best-actions webhook encryption', 32),
  };
}

function derived(setting: string, info: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', setting, '', info, bytes));
}

function boundTo(endpointId: string, purpose: BoxPurpose): Buffer {
  return Buffer.from(`${endpointId}:${purpose}`);
}
