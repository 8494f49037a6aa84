// The fleet: who is there, what each device runs and whether it is behind its group; letting one in and shutting one
// out.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { DeviceState } from '#contract/api/fleet.ts'
import type { Api } from '../../client/api.ts'
import { allOf } from '../../client/link/pages.ts'
import { openSession } from '../session.ts'
import { count, table } from '../table.ts'

type Device = Awaited<ReturnType<Api['trpc']['devices']['list']['query']>>['items'][number]

function states(text: string): DeviceState[] {
  const parsed = DeviceState.array().safeParse(text.split(',').map((part) => part.trim()))
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError(`expected some of ${DeviceState.options.join(', ')}`)
}

/** What of its group's deployments it serves: nothing to say where it serves the current one. */
function behindOf({ runs, group, isBehind }: Device): string {
  if (group.current === null && group.next === null) return 'nothing promoted'
  if (!isBehind)
    return runs === group.next && runs !== group.current ? `ahead of ${group.current ?? 'none'}` : 'no'
  return `yes: ${group.current ?? group.next}`
}

const stateOf = (device: Device): string =>
  device.revokedAt ? 'revoked' : (device.report?.state ?? 'enrolled')

const driverOf = ({ report }: Device): string | undefined => report?.driverName ?? report?.functionDriver

function addLookCommands(devices: Command): void {
  devices
    .command('list')
    .description('every device: its state, what runs its functions, which deployment it serves')
    .option('--group <name>', 'of one group alone')
    .addOption(new Option('--tier <tier>', 'of one tier alone').choices(['local', 'edge']))
    .option('--state <names>', `comma-separated, of ${DeviceState.options.join(', ')}`, states)
    .option('--limit <n>', 'how many at most', count, 1_000)
    .action(async ({ limit, state, ...options }, command: Command) => {
      const session = await openSession(command)
      const filter = { ...options, states: state }
      const all = await allOf(session.api.trpc.devices.list, filter, limit)
      session.print(
        all,
        table([
          ['name', 'tier', 'group', 'state', 'driver', 'deployment', 'behind', 'url', 'last seen'],
          ...all.map((d) => [
            d.name,
            d.tier,
            d.groupName,
            stateOf(d),
            driverOf(d),
            d.runs,
            behindOf(d),
            d.url,
            d.lastSeenAt,
          ]),
        ]),
      )
    })
  devices
    .command('show')
    .description('one device: all that is known of it')
    .argument('<name>', 'name or id')
    .action(async (name: string, _options, command: Command) => {
      const session = await openSession(command)
      const device = await session.api.trpc.devices.get.query({ name })
      session.print(device, factsOf(device))
    })
}

function factsOf(device: Device): string {
  const { report } = device
  const facts: [string, string | number | null | undefined][] = [
    ['name', device.name],
    ['id', device.id],
    ['tier', device.tier],
    ['group', device.groupName],
    ['state', stateOf(device)],
    ['message', report?.message || '-'],
    ['deployment', device.runs],
    ['behind', behindOf(device)],
    ['manifest', report?.sequence],
    ['function driver', driverOf(device)],
    ['decisions waiting', report?.spool?.waiting],
    ['decisions dropped', report?.spool?.dropped],
    ['url', device.url],
    ['platform', device.platform],
    ['enrolled', device.enrolledAt],
    ['last seen', device.lastSeenAt],
    ['revoked', device.revokedAt],
  ]
  const width = Math.max(...facts.map(([name]) => name.length))
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${value ?? '-'}`).join('\n')
}

export function addDeviceCommands(program: Command): void {
  const devices = program.command('devices').description('the fleet')
  addLookCommands(devices)
  devices
    .command('enrol')
    .description('make a one-time code for a new device')
    .argument('<name>', 'name of the device')
    .addOption(new Option('--tier <tier>', 'local or edge').choices(['local', 'edge']).makeOptionMandatory())
    .option('--group <name>', 'group that is promoted together', 'default')
    .action(async (name: string, options, command: Command) => {
      const session = await openSession(command)
      const made = await session.api.trpc.devices.createEnrolment.mutate({ name, ...options })
      const worker = options.tier === 'local' ? 'pi' : 'tx2'
      session.print(
        made,
        `Within 15 minutes, on the device: TANDEM_ENROL_CODE=${made.code} TANDEM_CONTROL_URL=<url> npm run ${worker}`,
      )
    })
  devices
    .command('revoke')
    .description('shut a device out at its next call; it goes on serving what it has')
    .argument('<name>', 'name of the device')
    .action(async (name: string, _options, command: Command) => {
      const session = await openSession(command)
      const { revoked } = await session.api.trpc.devices.revoke.mutate({ name })
      session.print({ revoked }, revoked ? `Revoked device "${name}"` : `Device "${name}" was revoked before`)
    })
}
