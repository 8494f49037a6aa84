// A measured pair whose jobs nobody works on but the worker processes that a test starts, and what a test sees of them.

import type { Work } from '#admin/client/work.ts'
import { Process } from '#test/harness/process.ts'
import { type Found, processesWith } from '#test/harness/process-table.ts'
import { until } from '#test/harness/until.ts'
import { type Control, openControl } from '../control-rig.ts'
import { measurePair } from '../measured-pair.ts'

let workers = 0

export class WorkerRig implements AsyncDisposable {
  readonly control: Control
  readonly #workers = new Map<Process, string>()

  private constructor(control: Control) {
    this.control = control
  }

  static async open(): Promise<WorkerRig> {
    const control = await openControl(undefined, 0)
    await measurePair(control)
    return new WorkerRig(control)
  }

  /** It shares the folder of artifacts with the others, as machines share a bucket. */
  async startWorker(): Promise<Process> {
    const mark = `test-worker-${process.pid}-${++workers}`
    const env = {
      TANDEM_HOME: this.control.home,
      DATABASE_URL: this.control.databaseUrl,
      TANDEM_JOB_WORKERS: '1',
      TEST_WORKER: mark,
    }
    const worker = new Process({ entry: 'admin/jobs/main.ts', env })
    this.#workers.set(worker, mark)
    await worker.ready()
    return worker
  }

  /** Computations under way in it. */
  async childrenOf(worker: Process): Promise<Found[]> {
    const found = await processesWith(this.#workers.get(worker)!)
    return found.filter(({ pid, command }) => pid !== worker.pid && command.includes('-process.ts'))
  }

  /** Which of its processes has the job. */
  workerOf({ worker }: Work): Process {
    const pid = Number(worker!.split(':')[1])
    return [...this.#workers.keys()].find((process) => process.pid === pid)!
  }

  job(id: string): Promise<Work> {
    return this.control.admin.jobs.get.query({ id })
  }

  jobWhen(id: string, what: string, is: (job: Work) => boolean, timeoutMs = 60_000): Promise<Work> {
    return until(
      `the job ${what}`,
      async () => {
        const job = await this.job(id)
        return is(job) ? job : undefined
      },
      timeoutMs,
    )
  }

  /** Steps that are kept of it. */
  async stepsOf(id: string): Promise<number> {
    const { rows } = await this.control.database.pool.query('select from job_steps where job_id = $1', [id])
    return rows.length
  }

  async count(table: 'routers' | 'evaluations' | 'jobs'): Promise<number> {
    const { rows } = await this.control.database.pool.query(`select count(*)::int as n from ${table}`)
    return rows[0].n
  }

  async stopWorkers(): Promise<void> {
    for (const worker of this.#workers.keys()) await worker[Symbol.asyncDispose]()
    this.#workers.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopWorkers()
    await this.control[Symbol.asyncDispose]()
  }
}
