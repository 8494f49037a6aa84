// `tandem users`: the people who use the console. `tandem whoami`: who the CLI is, and what it may do.

import { type Command, Option } from 'commander'
import { Role } from '#contract/api/access.ts'
import { allOf } from '../../client/link/pages.ts'
import { openSession } from '../session.ts'
import { table } from '../table.ts'
import { passwordFromPerson, passwordFromPipe } from './read-password.ts'

interface AddOptions {
  readonly role: Role
  readonly name?: string
  readonly email?: string
  readonly passwordStdin: boolean
  readonly invite: boolean
}

const roleOption = () =>
  new Option('--role <role>', 'what they may do').choices(Role.options).makeOptionMandatory()

const codeLines = ({ code, expiresAt }: { code: string; expiresAt: string }) =>
  `One-time code, good until ${expiresAt}: ${code}\nThey set their password with it at the console.`

function addListCommand(users: Command): void {
  users
    .command('list')
    .description('everybody, with how many sessions each has open')
    .action(async (_options, command: Command) => {
      const session = await openSession(command)
      const all = await allOf(session.api.trpc.users.list, {})
      session.print(
        all,
        table([
          ['user', 'name', 'role', 'state', 'second factor', 'sessions', 'last seen', 'added by'],
          ...all.map((u) => [
            ...[u.username, u.name, u.role, u.disabledAt === null ? 'enabled' : 'disabled'],
            ...[u.twoFactorEnabled ? 'yes' : 'no', u.sessions, u.lastSeenAt, u.createdBy],
          ]),
        ]),
      )
    })
}

function addAddCommand(users: Command): void {
  users
    .command('add')
    .description('let somebody in: asks for a password, or makes a one-time code with which they set it')
    .argument('<user>', 'what they sign in with')
    .addOption(roleOption())
    .option('--name <name>', 'as it is shown')
    .option('--email <address>', 'they may sign in with it as well')
    .option('--password-stdin', 'read the password from stdin', false)
    .option('--invite', 'no password, but a one-time code', false)
    .action(async (username: string, options: AddOptions, command: Command) => {
      const session = await openSession(command)
      const { passwordStdin, invite, ...person } = options
      const chosen = async () => ({
        password: await (passwordStdin ? passwordFromPipe() : passwordFromPerson()),
      })
      const password = invite ? {} : await chosen()
      const made = await session.api.trpc.users.add.mutate({ username, ...person, ...password })
      const { code, expiresAt } = made
      const then = code === null ? '' : `\n${codeLines({ code, expiresAt: expiresAt! })}`
      session.print(made, `User "${made.user.username}" is ${made.user.role}${then}`)
    })
}

function addChangeCommands(users: Command): void {
  users
    .command('role')
    .description('what somebody may do from now on')
    .argument('<user>', 'what they sign in with')
    .addOption(roleOption())
    .action(async (user: string, { role }: { role: Role }, command: Command) => {
      const session = await openSession(command)
      const row = await session.api.trpc.users.setRole.mutate({ user, role })
      session.print(row, `User "${row.username}" is ${row.role}`)
    })
  users
    .command('disable')
    .description('shut somebody out: at once from changing anything, after a minute from reading')
    .argument('<user>', 'what they sign in with')
    .action(async (user: string, _options, command: Command) => {
      const session = await openSession(command)
      const row = await session.api.trpc.users.disable.mutate({ user })
      session.print(row, `User "${row.username}" is disabled`)
    })
  users
    .command('enable')
    .description('let somebody in again')
    .argument('<user>', 'what they sign in with')
    .action(async (user: string, _options, command: Command) => {
      const session = await openSession(command)
      const row = await session.api.trpc.users.enable.mutate({ user })
      session.print(row, `User "${row.username}" is enabled`)
    })
  users
    .command('reset-password')
    .description('make a one-time code with which somebody sets a new password')
    .argument('<user>', 'what they sign in with')
    .option('--drop-second-factor', 'for somebody who has lost it', false)
    .action(async (user: string, options: { dropSecondFactor: boolean }, command: Command) => {
      const session = await openSession(command)
      const issued = await session.api.trpc.users.resetPassword.mutate({ user, ...options })
      session.print(issued, codeLines(issued))
    })
}

export function addUserCommands(program: Command): void {
  const users = program.command('users').description('the people who use the console')
  addListCommand(users)
  addAddCommand(users)
  addChangeCommands(users)
  program
    .command('whoami')
    .description('who this key is, and what it may do')
    .action(async (_options, command: Command) => {
      const session = await openSession(command)
      const me = await session.api.trpc.session.whoami.query()
      const who = me.actor
        ? `${me.actor.name} (${me.actor.kind} ${me.actor.id}), role ${me.actor.role}`
        : 'nobody: the key is missing or not valid'
      session.print(me, `${who}\nmay call: ${me.may.join(', ')}`)
      if (!me.actor) process.exitCode = 1
    })
}
