// Tar, as far as a backup needs it: plain files with short names, in POSIX ustar headers (IEEE Std 1003.1, pax, "ustar
// Interchange Format"). So any tar can list a backup and take a table out of it, without Tandem and many years from
// now. Leaves out folders, links, owners, and files of 8 GiB and more, for which the header has no room.

export const BLOCK_BYTES = 512
const SIZE_MAX_BYTES = 0o77777777777
const NAME_MAX_BYTES = 100

export interface TarEntry {
  readonly name: string
  readonly sizeBytes: number
}

/** What stands before the bytes of a file. */
export function tarHeader({ name, sizeBytes }: TarEntry, modifiedS: number): Buffer {
  if (Buffer.byteLength(name) > NAME_MAX_BYTES || sizeBytes > SIZE_MAX_BYTES)
    throw new RangeError(
      `Cannot write tar entry "${name}": has ${sizeBytes} bytes and a name of ${Buffer.byteLength(name)}, expected at most ${SIZE_MAX_BYTES} and ${NAME_MAX_BYTES}`,
    )
  const header = Buffer.alloc(BLOCK_BYTES)
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0')
  header.write(name, 0)
  header.write(`${octal(0o600, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, 100)
  header.write(`${octal(sizeBytes, 11)} ${octal(modifiedS, 11)} `, 124)
  header.write('        0', 148) // The checksum counts as eight blanks; type 0 is a plain file.
  header.write('ustar\u000000', 257)
  header.write(`${octal(checksumOf(header), 6)}\0 `, 148)
  return header
}

/** Undefined for the block of zeros with which an archive ends, `wrong` for what is no header. */
export function readTarHeader(block: Buffer): TarEntry | 'wrong' | undefined {
  if (block.every((byte) => byte === 0)) return undefined
  const text = (from: number, to: number) => block.toString('utf8', from, to).replace(/\0.*$/s, '')
  const told = Number.parseInt(text(148, 156), 8)
  const blanked = Buffer.from(block).fill(' ', 148, 156)
  const sizeBytes = Number.parseInt(text(124, 136), 8)
  if (told !== checksumOf(blanked) || !(sizeBytes >= 0) || text(257, 262) !== 'ustar') return 'wrong'
  return { name: text(0, NAME_MAX_BYTES), sizeBytes }
}

/** Files are filled up to whole blocks. */
export const paddingOf = (sizeBytes: number): number =>
  (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES

/** Two blocks of zeros. */
export const TAR_END = Buffer.alloc(2 * BLOCK_BYTES)

const checksumOf = (header: Buffer): number => header.reduce((sum, byte) => sum + byte, 0)
