// The one refusal of backups and restores. Nothing was changed when it is thrown: a restore commits at its very end.

export type BackupRefusedCode =
  | 'unreadable' // no such file, or not readable
  | 'not_a_backup'
  | 'damaged' // cut short, or changed since it was written
  | 'other_format' // written by a build whose format this one does not know
  | 'other_schema' // of a database whose migrations this build does not have
  | 'exists' // the file to write is there already
  | 'not_migrated' // the database to back up does not stand at a version that this build knows
  | 'not_empty'
  | 'in_use' // others are connected to the database

export class BackupRefused extends Error {
  readonly code: BackupRefusedCode

  constructor(code: BackupRefusedCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'BackupRefused'
    this.code = code
  }
}
