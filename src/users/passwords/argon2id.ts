import * as crypto from 'node:crypto';

/** What a hash costs. Source of the terms: RFC 9106, section 3.1. */
export interface Argon2idCost {
  /** Memory, in KiB. */
  readonly memory: number;
  /** How many times the memory is filled. */
  readonly passes: number;
  readonly lanes: number;
}

/** Node's own argon2, which Node 24.7 and newer have; the types are those of Node 20. */
interface NodeCrypto {
  readonly argon2?: (
    algorithm: 'argon2id',
    parameters: {
      message: string;
      nonce: Buffer;
      memory: number;
      passes: number;
      parallelism: number;
      tagLength: number;
    },
    callback: (error: Error | null, tag: Buffer) => void,
  ) => void;
}

/** Derives the tag of a password with argon2id (RFC 9106), outside the event loop's thread. */
export async function argon2id(
  password: string,
  salt: Buffer,
  { memory, passes, lanes }: Argon2idCost,
  length: number,
): Promise<Buffer> {
  const { argon2 } = crypto as NodeCrypto;
  if (argon2) {
    const parameters = { message: password, nonce: salt, memory, passes, parallelism: lanes };
    return new Promise((resolve, reject) => {
      argon2('argon2id', { ...parameters, tagLength: length }, (error, tag) =>
        error ? reject(error) : resolve(tag),
      );
    });
  }
  // A package with its binaries inside, so that `--omit=optional` does not remove them.
  const { hash } = await import('argon2');
  return hash(password, {
    raw: true,
    type: 2,
    salt,
    memoryCost: memory,
    timeCost: passes,
    parallelism: lanes,
    hashLength: length,
  });
}
