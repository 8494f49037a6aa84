// Why an address cannot be reached, in words.

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ENOTFOUND: 'no machine has that name',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself; NODE_EXTRA_CA_CERTS names whom to trust',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an unknown authority; NODE_EXTRA_CA_CERTS names it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an unknown authority; NODE_EXTRA_CA_CERTS names it',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

/** Of the innermost error, which knows most; its code where it has one. */
function innermost(error: unknown): string {
  let said = 'the call broke off'
  for (let e = error; e instanceof Error; e = e.cause) {
    const { code } = e as { code?: unknown }
    said = typeof code === 'string' ? code : e.message || said
  }
  return said
}

/** Why nothing came, in words. */
export const troubleOf = (error: unknown): string => {
  const said = innermost(error)
  return WORDS[said] ?? said
}
