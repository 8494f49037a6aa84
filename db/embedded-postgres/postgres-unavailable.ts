// The one refusal of this folder. Whoever starts the system can act on each code: most end in "set
// DATABASE_URL", because a PostgreSQL of the reader's own is always an alternative to the embedded one.

export type PostgresUnavailableCode =
  | 'no_binaries' // nothing that runs on this platform
  | 'no_account' // started as root, and no way to leave it
  | 'initdb_failed'
  | 'other_major' // the cluster is of another major version than the programs
  | 'start_failed' // the server exits; the message carries its last FATAL line
  | 'start_timeout'
  | 'password_mismatch' // the folder's password is not this server's
  | 'stop_timeout'

export class PostgresUnavailable extends Error {
  readonly code: PostgresUnavailableCode

  constructor(code: PostgresUnavailableCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'PostgresUnavailable'
    this.code = code
  }
}
