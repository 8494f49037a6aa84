// Forms as clients send them, and as they should not.

export const BOUNDARY = 'a-boundary-that-no-image-holds'
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`

export interface Part {
  readonly headers?: Readonly<Record<string, string>>
  readonly bytes: string | Uint8Array
}

export const imagePart = (bytes: string | Uint8Array, headers: Record<string, string> = {}): Part => ({
  bytes,
  headers: { 'content-disposition': 'form-data; name="image"; filename="a.png"', ...headers },
})

export function form(parts: readonly Part[], { isClosed = true } = {}): Buffer {
  const pieces = parts.flatMap(({ headers = {}, bytes }) => [
    `--${BOUNDARY}\r\n`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`),
    '\r\n',
    bytes,
    '\r\n',
  ])
  if (isClosed) pieces.push(`--${BOUNDARY}--\r\n`)
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece)))
}
