// Completion for zsh, with what each word is for. It works as a file `_tandem` in a folder of $fpath, and when it is
// sourced.

import { type CompletedCommand, quoted, type Value } from './completion-tree.ts'

const offer = (value: Value): string => {
  if (value === 'file') return '_files; return'
  if (value === 'unknown') return '_message value; return'
  return `compadd -- ${value.words.map(quoted).join(' ')}; return`
}

/** `_describe` parts word and meaning at the first colon. */
const described = (word: string, what: string): string =>
  quoted(`${word.replaceAll(':', '\\:')}:${what.replaceAll(':', '\\:')}`)

export function completeZsh(tree: readonly CompletedCommand[]): string {
  const steps = tree.slice(1).map(({ at }) => quoted(at))
  const values = tree.flatMap(({ at, options }) =>
    options.flatMap(({ flags, value }) =>
      value === undefined
        ? []
        : [`    (${flags.map((f) => quoted(`${at} ${f}`)).join('|')}) ${offer(value)} ;;`],
    ),
  )
  const words = tree.map(({ at, below, options, argument }) => {
    const flags = options.flatMap(({ flags, what }) => flags.map((flag) => described(flag, what)))
    const plain = below.map(({ name, what }) => described(name, what))
    const rest = argument === undefined ? '' : ` rest=${quoted(offer(argument).replace('; return', ''))}`
    return `    (${quoted(at)}) flags=(${flags.join(' ')}) plain=(${plain.join(' ')})${rest} ;;`
  })
  return `#compdef tandem
# Completion of tandem for zsh: tandem completion zsh > "\${fpath[1]}/_tandem"
_tandem() {
  local at='' next rest='' i
  local -a flags plain
  for ((i = 2; i < CURRENT; i++)); do
    next=\${at:+$at }$words[i]
    case $next in
      (${steps.join('|')}) at=$next ;;
    esac
  done
  case "$at $words[CURRENT-1]" in
${values.join('\n')}
  esac
  case $at in
${words.join('\n')}
  esac
  if [[ $words[CURRENT] == -* ]]; then _describe option flags
  else
    (( $#plain )) && _describe command plain
    [[ -n $rest ]] && eval $rest
  fi
}
if [[ $funcstack[1] == _tandem ]]; then _tandem "$@"; else compdef _tandem tandem; fi
`
}
