/**
 * Who issues our tokens and for whom. Both are checked, so that a token of another service that shares
 * the secret is not taken here. Source: RFC 7519, 4.1.1 and 4.1.3; RFC 8725, 3.8 and 3.9.
 */
export const TOKEN_ISSUER = 'next-best-actions';
export const TOKEN_AUDIENCE = 'next-best-actions-api';
