/**
 * Issuer and audience of our tokens. Both are checked, so that a token of another service with the same
 * secret is not accepted. Source: RFC 7519, 4.1.1 and 4.1.3; RFC 8725, 3.8 and 3.9.
 */
export const TOKEN_ISSUER = 'next-best-actions';
export const TOKEN_AUDIENCE = 'next-best-actions-api';
