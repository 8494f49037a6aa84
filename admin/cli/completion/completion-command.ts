// `tandem completion`: a script for one's shell, made of the commands as they are in this version.

import { Argument, type Command } from 'commander'
import { outputOf } from '../session.ts'
import { completeBash } from './complete-bash.ts'
import { completeFish } from './complete-fish.ts'
import { completeZsh } from './complete-zsh.ts'
import { type CompletedCommand, completionTree } from './completion-tree.ts'

const SHELLS = { bash: completeBash, zsh: completeZsh, fish: completeFish } satisfies Record<
  string,
  (tree: readonly CompletedCommand[]) => string
>

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes commands, options and their values in a shell')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      `
To try it:       source <(tandem completion bash)
For good, bash:  tandem completion bash > ~/.local/share/bash-completion/completions/tandem
For good, zsh:   tandem completion zsh > "\${fpath[1]}/_tandem"
For good, fish:  tandem completion fish > ~/.config/fish/completions/tandem.fish`,
    )
    .action((shell: keyof typeof SHELLS, _options, command: Command) => {
      const script = SHELLS[shell](completionTree(program))
      outputOf(command).print({ shell, script }, script.trimEnd())
    })
}
