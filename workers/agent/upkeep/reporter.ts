// What a device says of itself to the control plane. News (a damaged file, an artifact that was mended, an update
// that had to stop the old generation first) waits here until a report has told it.

import type { Logger } from 'pino'
import type { DeviceReport } from '#contract/device-api.ts'
import type { FunctionDriver } from '../../host/function-host.ts'
import type { ControlClient } from '../control-client.ts'
import type { GenerationsPort } from '../install.ts'

const MESSAGE_MAX = 2_000
/** Every control plane knows them; older ones refuse a report with another. */
const KNOWN_DRIVERS: readonly FunctionDriver[] = ['workerd', 'thread', 'miniflare']

export interface SpoolCounts {
  readonly waiting: number
  readonly dropped: number
}

export interface ReporterPorts {
  readonly client: Pick<ControlClient, 'report'>
  readonly generations: Pick<GenerationsPort, 'serving' | 'driver'>
  readonly spool?: SpoolCounts
  readonly url: string
  readonly log: Logger
}

export class Reporter {
  readonly #ports: ReporterPorts
  #news: string[] = []

  constructor(ports: ReporterPorts) {
    this.#ports = ports
  }

  tell(news: string): void {
    this.#ports.log.warn(news)
    if (!this.#news.includes(news)) this.#news.push(news)
  }

  /** One that does not get through is not tried again, but for the news in it: the next one says more. */
  async report(sequence: number, more: Partial<DeviceReport> = {}): Promise<void> {
    const { generations, client, spool, url, log } = this.#ports
    const told = [...this.#news]
    const message = [more.message ?? '', ...told].filter((text) => text !== '').join('; ')
    try {
      await client.report({
        url,
        sequence,
        servingDeploymentId: generations.serving?.deployment.id ?? null,
        state: generations.serving ? 'serving' : 'idle',
        ...driverTold(generations.driver),
        ...(spool && { spool: { waiting: spool.waiting, dropped: spool.dropped } }),
        ...more,
        message: message.slice(0, MESSAGE_MAX),
      })
      this.#news = this.#news.filter((text) => !told.includes(text))
    } catch (err) {
      log.warn({ err }, 'report did not get through')
    }
  }
}

const driverTold = (driver: FunctionDriver) =>
  KNOWN_DRIVERS.includes(driver) ? { functionDriver: driver } : { functionDriver: 'none', driverName: driver }
