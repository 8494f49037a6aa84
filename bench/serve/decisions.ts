// `npm run bench -- decisions`: 100,000 answers by a real worker, with a real control plane and a real PostgreSQL (fsync
// on), while worker and control plane are killed with SIGKILL at times drawn by chance, twenty times each. Afterwards the
// decisions in the database are compared with the answers that clients have read: none may be missing, none may be there
// twice, and each must say what its answer said.

import path from 'node:path'
import { createRandom } from '#core/random.ts'
import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { askWhileKilling, compareDecisions } from '#test/workers/observe/decided-often.ts'
import { observedFleet } from '#test/workers/observe/observed-fleet.ts'
import type { BenchLine, BenchOptions } from '../bench-line.ts'

const SEED = 20_261
const FULL = { answers: 100_000, kills: 20 }
const QUICK = { answers: 1_000, kills: 1 }
const CLIENTS = 8
const AUDIT_SHARE = 0.02
const OFFLOADED = 0.05

export async function benchDecisions({ quick }: BenchOptions): Promise<BenchLine[]> {
  const { answers, kills } = quick ? QUICK : FULL
  await using folder = await tempFolder('decisions')
  const postgres = await ensurePostgres({ folder: path.join(folder.path, 'postgres') })
  try {
    await using observed = await observedFleet(postgres.url)
    await observed.promote({ auditShare: AUDIT_SHARE }, OFFLOADED)
    const { fleet, images } = observed
    const begin = performance.now()
    const told = await askWhileKilling(fleet, images, {
      answers,
      clients: CLIENTS,
      kills: { pi: kills, control: kills },
      random: createRandom(SEED),
      onProgress: (line) => console.error(line),
    })
    const tookS = (performance.now() - begin) / 1_000
    const found = await compareDecisions(postgres.url, { fleet, told })
    const { report } = await fleet.api.trpc.devices.get.query({ name: 'pi' })
    const [lost, double, other] = [found.lost.length, found.double.length, found.other.length]
    return [
      {
        name: 'decisions lost, double or other than answered',
        ratio: lost + double + other,
        bar: 0,
        unit: 'decisions',
        detail:
          `${lost} lost, ${double} double, ${other} other of ${told.answers.length} answers in ${tookS.toFixed(0)} s, through ` +
          `${told.kills.pi} kills of the worker and ${told.kills.control} of the control plane; ${told.cut} requests were cut ` +
          `or refused, of which ${found.unanswered} are stored`,
      },
      {
        name: 'decisions dropped by the worker',
        ratio: report?.spool?.dropped ?? Number.NaN,
        bar: 0,
        unit: 'decisions',
        detail: `${report?.spool?.dropped} in its last report`,
      },
    ]
  } finally {
    await postgres.stop()
  }
}
