// Completion for bash 4 and later: one function, by the words before the cursor. No package bash-completion is needed.

import { type CompletedCommand, quoted, type Value } from './completion-tree.ts'

/** After nothing that is known bash offers files by itself (`-o default`); `compopt` takes that back. */
const reply = (value: Value): string => {
  if (value === 'file') return 'return'
  if (value === 'unknown') return 'compopt +o default; return'
  return `COMPREPLY=($(compgen -W ${quoted(value.words.join(' '))} -- "$cur")); return`
}

export function completeBash(tree: readonly CompletedCommand[]): string {
  const steps = tree.slice(1).map(({ at }) => quoted(at))
  const values = tree.flatMap(({ at, options }) =>
    options.flatMap(({ flags, value }) =>
      value === undefined
        ? []
        : [`    ${flags.map((f) => quoted(`${at} ${f}`)).join(' | ')}) ${reply(value)} ;;`],
    ),
  )
  const words = tree.map(({ at, below, options, argument }) => {
    const flags = options.flatMap((option) => option.flags).join(' ')
    const plain = [
      ...below.map(({ name }) => name),
      ...(typeof argument === 'object' ? argument.words : []),
    ].join(' ')
    const noFiles = argument === 'file' ? '' : '; compopt +o default'
    return `    ${quoted(at)}) flags=${quoted(flags)} plain=${quoted(plain)}${noFiles} ;;`
  })
  return `# Completion of tandem for bash: tandem completion bash > /etc/bash_completion.d/tandem
_tandem() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at='' flags='' plain='' next i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next=\${at:+$at }\${COMP_WORDS[i]}
    case $next in
      ${steps.join(' | ')}) at=$next ;;
    esac
  done
  case "$at $prev" in
${values.join('\n')}
  esac
  case $at in
${words.join('\n')}
  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  else COMPREPLY=($(compgen -W "$plain" -- "$cur")); fi
}
complete -o default -F _tandem tandem
`
}
