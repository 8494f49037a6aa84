// Progress of long work: a bar on a terminal, a line every tenth elsewhere, so that logs stay readable.

import { Presets, SingleBar } from 'cli-progress'
import type { WorkProgress } from '#contract/api/jobs.ts'
import { onLeaving } from './shell/interrupted.ts'

/** Disposed of on every way out: a bar that nobody ends keeps the process alive and the cursor hidden. */
export interface Progress extends Disposable {
  to(done: number, total: number): void
  end(): void
}

export function showProgress(title: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? barOn(title, stream) : linesOn(title, stream)
}

function barOn(title: string, stream: NodeJS.WriteStream): Progress {
  const bar = new SingleBar(
    {
      stream,
      format: `  ${title} {bar} {percentage}% {value}/{total}`,
      hideCursor: true,
      clearOnComplete: false,
    },
    Presets.shades_classic,
  )
  let leaving: Disposable | undefined
  const end = () => {
    bar.stop()
    leaving?.[Symbol.dispose]()
  }
  return {
    to(done, total) {
      if (leaving === undefined) {
        bar.start(total, done)
        leaving = onLeaving({ end: () => bar.stop() })
      }
      bar.setTotal(total)
      bar.update(done)
    },
    end,
    [Symbol.dispose]: end,
  }
}

function linesOn(title: string, stream: NodeJS.WriteStream): Progress {
  let shown = -1
  return {
    to(done, total) {
      const tenth = total === 0 ? 10 : Math.floor((done * 10) / total)
      if (tenth === shown) return
      shown = tenth
      stream.write(`  ${title} ${tenth * 10}% ${done}/${total}\n`)
    },
    end: () => undefined,
    [Symbol.dispose]: () => undefined,
  }
}

export interface StepProgress extends Disposable {
  to(progress: WorkProgress): void
  end(): void
}

/** One bar a step, each run to its end before the next. */
export function showSteps(): StepProgress {
  let bar: Progress | undefined
  let at: WorkProgress | undefined
  const end = () => bar?.end()
  return {
    to(progress) {
      if (progress.step !== at?.step) {
        if (at) bar?.to(at.total, at.total)
        end()
        bar = showProgress(progress.step)
      }
      at = progress
      bar?.to(progress.done, progress.total)
    },
    end,
    [Symbol.dispose]: end,
  }
}
