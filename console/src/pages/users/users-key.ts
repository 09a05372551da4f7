/** The key of the list of users. */
export const USERS = ['users'];
