// The calls of `tandem` in a piece of shell, as words. As much of POSIX shell as the documentation writes: quotes,
// continued lines, comments, pipes, lists, substitutions, assignments in front. Nothing is expanded.

/** A word as it is written, without its quotes; an operator stands alone. */
interface Token {
  readonly text: string
  readonly isOperator: boolean
}

/** Without `npx tandem` itself. */
export function tandemCalls(code: string): string[][] {
  const commands: string[][] = [[]]
  for (const { text, isOperator } of tokens(code)) {
    if (isOperator) commands.push([])
    else commands.at(-1)!.push(text)
  }
  return commands.flatMap((words) => {
    const call = words.slice(words.findIndex((word) => !isBefore(word)))
    return call[0] === 'tandem' ? [call.slice(1)] : []
  })
}

/** What may stand before a command's name. */
const isBefore = (word: string): boolean =>
  /^[A-Za-z_]\w*=/.test(word) ||
  ['sudo', 'npx', '!', 'if', 'then', 'do', 'while', 'time', '-u'].includes(word)

const PARTS = [
  { kind: 'space', as: /^(?:[ \t]|\\\n)+/ },
  { kind: 'comment', as: /^#[^\n]*/ },
  { kind: 'operator', as: /^(?:\$\(|\|\||&&|;;|[|;&()\n]|<\(|\d?[<>]&?\d?)/ },
  { kind: 'single', as: /^'([^']*)'/ },
  { kind: 'double', as: /^"((?:[^"\\]|\\[\s\S])*)"/ },
  { kind: 'plain', as: /^(?:\\[\s\S]|\$\{[^}]*\}|\$(?!\()|[^\s|;&()<>'"\\$])+/ },
] as const

function* tokens(code: string): Generator<Token> {
  let rest = code
  let word: string | undefined
  // A substitution inside of double quotes is a command too.
  const quoted: string[] = []
  while (rest !== '') {
    const atStart = word === undefined
    const part = PARTS.find(({ kind, as }) => as.test(rest) && (kind !== 'comment' || atStart))
    if (part === undefined) throw new Error(`Cannot read shell "${rest.slice(0, 40)}": is not understood`)
    const match = part.as.exec(rest)!
    rest = rest.slice(match[0].length)
    if (part.kind === 'double') quoted.push(/\$\((.*)\)/s.exec(match[1]!)?.[1] ?? '')
    if (part.kind === 'single' || part.kind === 'double' || part.kind === 'plain') {
      word = (word ?? '') + (match[1] ?? match[0])
      continue
    }
    if (word !== undefined) yield { text: word, isOperator: false }
    word = undefined
    if (part.kind === 'operator') yield { text: match[0], isOperator: true }
  }
  if (word !== undefined) yield { text: word, isOperator: false }
  for (const inner of quoted) {
    yield { text: '(', isOperator: true }
    yield* tokens(inner)
  }
}
