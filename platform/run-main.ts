// A process from its first line to its last: what it cannot do at its start is a sentence, with the causes behind
// it, and exit code 1; a stack is for defects.

const isDefect = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError

function sentences(error: unknown): string {
  const lines: string[] = []
  for (let e = error; e instanceof Error; e = e.cause)
    lines.push(lines.length === 0 ? e.message : `  because: ${e.message}`)
  return lines.join('\n')
}

/** `staysUp`: what `main` has started keeps the process alive, and ends it. */
export async function runMain(main: () => Promise<void>, { staysUp = false } = {}): Promise<void> {
  try {
    await main()
    if (!staysUp) process.exit(0)
  } catch (error) {
    if (!(error instanceof Error) || isDefect(error)) throw error
    process.stderr.write(`${sentences(error)}\n`)
    process.exit(1)
  }
}
