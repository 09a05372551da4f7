/** The key of the list of service tokens. */
export const TOKENS = ['service-tokens'];
