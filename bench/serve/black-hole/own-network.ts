// A network of two hosts on this machine: namespaces of the kernel, joined by a cable. Packets can be dropped on both
// ends of it, as when a switch loses power: nobody is told, connections stay open, and nothing arrives any more. The
// queue that drops them holds no packet (tc-tbf), since the kernel of a small board may lack netem.

import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const EDGE_HOST = '10.77.0.2'

const ENDS = [
  { device: 'pi0', address: '10.77.0.1', mac: '02:00:00:00:77:01' },
  { device: 'edge0', address: EDGE_HOST, mac: '02:00:00:00:77:02' },
] as const

/** Runs `entry` again in a network of its own, and ends with its exit code. */
export async function inOwnNetwork(entry: string): Promise<void> {
  const asRoot = process.getuid?.() === 0 ? ['-n'] : ['-rn']
  const args = [...asRoot, process.execPath, '--import', 'tsx', entry, '--inside', ...process.argv.slice(2)]
  const child = spawn('unshare', args, { stdio: 'inherit' })
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error('Cannot make a network: unshare does not start, expected Linux', { cause })),
    )
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

export interface Cable {
  cut(): Promise<void>
  mend(): Promise<void>
}

/** Between this process's network and the one of `edgePid`. */
export async function layCable(edgePid: number): Promise<Cable> {
  const here = (command: string) => run('sh', ['-c', command])
  const there = (command: string) => run('nsenter', ['-t', String(edgePid), '-n', 'sh', '-c', command])
  const [pi, edge] = ENDS
  const up = ({ device, address }: (typeof ENDS)[number], other: (typeof ENDS)[number]) =>
    `ip link set lo up && ip addr add ${address}/24 dev ${device} && ip link set ${device} up && ` +
    // Known for ever: else the kernel asks who has the address, and tells connections that nobody does.
    `ip neigh replace ${other.address} lladdr ${other.mac} dev ${device} nud permanent`
  await here(
    `ip link add ${pi.device} address ${pi.mac} type veth peer name ${edge.device} address ${edge.mac} && ` +
      `ip link set ${edge.device} netns ${edgePid}`,
  )
  await here(up(pi, edge))
  await there(up(edge, pi))
  const drop = (device: string) => `tc qdisc add dev ${device} root tbf rate 8bit burst 1 latency 1ms`
  const pass = (device: string) => `tc qdisc del dev ${device} root`
  return {
    async cut() {
      await Promise.all([here(drop(pi.device)), there(drop(edge.device))])
    },
    async mend() {
      await Promise.all([here(pass(pi.device)), there(pass(edge.device))])
    },
  }
}
