// How long a password is. Apart from what checks it, so that the console's first page, which only says it, need not load
// a library of checks.

/** Length is the only rule: rules about characters make people write passwords down (NIST SP 800-63B, 3.1.1.2). */
export const PASSWORD_MIN = 12
/** More would only feed the hash. */
export const PASSWORD_MAX = 128
