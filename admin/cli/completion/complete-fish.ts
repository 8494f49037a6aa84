// Completion for fish: a line for each word, which holds where the words before the cursor name its command.

import type { CompletedCommand, CompletedOption, Value } from './completion-tree.ts'

/** Fish knows two escapes between single quotes. */
const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const behind = (value: Value | undefined): string => {
  if (value === undefined) return ''
  if (value === 'file') return ' -r -F'
  return value === 'unknown' ? ' -x' : ` -x -a ${quoted(value.words.join(' '))}`
}

export function completeFish(tree: readonly CompletedCommand[]): string {
  const steps = tree.slice(1).map(({ at }) => quoted(at))
  const lines = tree.flatMap(({ at, below, options, argument }) => {
    const here = `complete -c tandem -n ${quoted(`__tandem_is ${quoted(at)}`)}`
    return [
      ...below.map(({ name, what }) => `${here} -a ${name} -d ${quoted(what)}`),
      ...options.map((option) => `${here} ${optionOf(option)}`),
      ...(argument === 'file' ? [`${here} -F`] : []),
      ...(typeof argument === 'object' ? [`${here} -a ${quoted(argument.words.join(' '))}`] : []),
    ]
  })
  return `# Completion of tandem for fish: tandem completion fish > ~/.config/fish/completions/tandem.fish
function __tandem_is
  set -l at ''
  for word in (commandline -opc)[2..]
    set -l next (string trim -- "$at $word")
    if contains -- $next ${steps.join(' ')}
      set at $next
    end
  end
  test "$at" = "$argv[1]"
end
complete -c tandem -f
${lines.join('\n')}
`
}

function optionOf({ flags, what, value }: CompletedOption): string {
  const named = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
  return `${named.join(' ')}${behind(value)} -d ${quoted(what)}`
}
