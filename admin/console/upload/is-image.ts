// Whether bytes begin as an image that devices can decode: a name alone makes none.

const JPEG = [0xff, 0xd8, 0xff]
const PNG = [0x89, 0x50, 0x4e, 0x47]
/** "RIFF", of WebP. */
const RIFF = [0x52, 0x49, 0x46, 0x46]

export async function isImage(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer())
  return [JPEG, PNG, RIFF].some((start) => start.every((byte, i) => head[i] === byte))
}
