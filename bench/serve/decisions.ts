// `node --import tsx bench/serve/decisions.ts [answers] [kills] [clients]`: 100,000 answers by a real worker, with a real
// control plane and a real PostgreSQL (fsync on), while worker and control plane are killed with SIGKILL at times drawn
// by chance, each so many times. Afterwards the decisions in the database are compared with the answers that clients
// have read: none may be missing, none may be there twice, and each must say what its answer said.

import path from 'node:path'
import { createRandom } from '#core/random.ts'
import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { askWhileKilling, compareDecisions } from '#test/workers/observe/decided-often.ts'
import { observedFleet } from '#test/workers/observe/observed-fleet.ts'

const [answers = 100_000, kills = 20, clients = 8] = process.argv.slice(2).map(Number)
const SEED = 20_261

await using folder = await tempFolder('decisions')
const postgres = await ensurePostgres({ folder: path.join(folder.path, 'postgres') })
try {
  await using observed = await observedFleet(postgres.url)
  await observed.promote({ auditShare: 0.02 }, 0.05)
  const { fleet, images } = observed
  const begin = performance.now()
  const told = await askWhileKilling(fleet, images, {
    answers,
    clients,
    kills: { pi: kills, control: kills },
    random: createRandom(SEED),
    onProgress: (line) => console.error(line),
  })
  const tookS = (performance.now() - begin) / 1_000
  const found = await compareDecisions(postgres.url, { fleet, told })
  const { report } = await fleet.api.trpc.devices.get.query({ name: 'pi' })
  console.log(
    `${told.answers.length} answers read in ${tookS.toFixed(0)} s, ${told.cut} requests cut or refused`,
  )
  console.log(`${told.kills.pi} kills of the worker, ${told.kills.control} of the control plane`)
  console.log(`lost: ${found.lost.length}, double: ${found.double.length}, other: ${found.other.length}`)
  console.log(`decisions of requests that were cut before their answer was read: ${found.unanswered}`)
  console.log(`dropped by the worker: ${report?.spool?.dropped}, waiting: ${report?.spool?.waiting}`)
  const [audited] = await fleet.api.trpc.decisions.disagreement.query({})
  console.log(`audits: ${audited?.audits ?? 0}, disagreed: ${audited?.disagreed ?? 0}`)
  if (found.lost.length + found.double.length + found.other.length > 0) process.exitCode = 1
} finally {
  await postgres.stop()
}
