// A unix socket's path as workerd spells addresses, refused while there is still a reason to tell: the kernel
// would cut a path that is too long, or bind(2) would fail with nothing but EINVAL.

/** sockaddr_un holds 108 bytes on Linux and 104 elsewhere, one of them the closing NUL. */
const PATH_MAX_BYTES = 103

export function unixAddress(socket: string): string {
  const bytes = Buffer.byteLength(socket)
  if (bytes > PATH_MAX_BYTES)
    throw new RangeError(
      `Cannot use socket "${socket}": is ${bytes} bytes long, expected at most ${PATH_MAX_BYTES}`,
    )
  return `unix:${socket}`
}
