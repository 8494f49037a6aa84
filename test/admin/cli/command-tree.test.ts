// The commands as a whole, without running one: each is described and shown by an example that it accepts, docs/cli.md is
// made of them, and a shell completes them.

import { execFileSync, spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { completeBash } from '#admin/cli/completion/complete-bash.ts'
import { completeFish } from '#admin/cli/completion/complete-fish.ts'
import { completeZsh } from '#admin/cli/completion/complete-zsh.ts'
import { completionTree } from '#admin/cli/completion/completion-tree.ts'
import { openProgram } from '#admin/cli/program.ts'
import { listCommands } from '#admin/cli/reference/command-tree.ts'
import { EXAMPLES, examplesOf } from '#admin/cli/reference/examples.ts'
import { renderCliReference } from '#admin/cli/reference/render-reference.ts'
import { tandemCalls } from '#test/docs/shell-words.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'

const program = openProgram()
const commands = listCommands(program)
const calls = commands.filter(({ isCall }) => isCall)

test.each(commands)('$words says what it is for, and so do its arguments', ({ command }) => {
  expect(command.description()).not.toBe('')
  for (const argument of command.registeredArguments) expect(argument.description).not.toBe('')
})

test.each(calls)('$words accepts its examples', async ({ words }) => {
  const lines = examplesOf(words)
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines) {
    const fresh = openProgram()
    const ran: string[] = []
    for (const { words: of, command } of listCommands(fresh))
      command.configureOutput({ writeErr: () => {} }).action(() => void ran.push(of))
    await fresh.parseAsync(tandemCalls(line)[0]!, { from: 'user' })
    expect(ran).toEqual([words])
  }
})

test('no example is of a command that is none', () => {
  const known = new Set(commands.map(({ words }) => words))
  expect(Object.keys(EXAMPLES).filter((words) => !known.has(words))).toEqual([])
})

test('docs/cli.md is what the commands say (else: npm run reference)', async () => {
  const written = await readFile(path.resolve(import.meta.dirname, '../../../docs/cli.md'), 'utf8')
  expect(renderCliReference(program)).toBe(written)
})

describe('completion', () => {
  const tree = completionTree(program)

  /** What bash offers for the last word. */
  const offered = (...line: string[]): string[] => {
    const words = ['tandem', ...line].map((word) => `'${word}'`).join(' ')
    const script = `compopt() { :; }; ${completeBash(tree)}
      COMP_WORDS=(${words}); COMP_CWORD=${line.length}; _tandem; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n')
  }

  test.each<[string, string[], string[]]>([
    ['commands', ['mod'], ['models']],
    ['commands below one', ['models', ''], ['add', 'list']],
    ['commands behind an option', ['--json', 'datasets', 'a'], ['add']],
    ['options', ['models', 'add', '--cro'], ['--crop']],
    ['options of every command', ['models', 'add', '--js'], ['--json']],
    ['the values of an option', ['models', 'add', '--output', ''], ['softmax', 'logits']],
    ['the values of an argument', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['nothing where only a person knows', ['models', 'add', '--name', ''], ['']],
  ])('bash offers %s', (_, line, words) => {
    expect(offered(...line)).toEqual(words)
  })

  test.each([
    ['zsh', completeZsh(tree)],
    ['fish', completeFish(tree)],
  ])('%s can read its script', async (shell, script) => {
    await using folder = await tempFolder('completion')
    const file = path.join(folder.path, 'tandem')
    await writeFile(file, script)
    const { error, status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' })
    if (error)
      expect(error).toMatchObject({ code: 'ENOENT' }) // This machine has no such shell.
    else expect([status, stderr]).toEqual([0, ''])
  })
})
