// Every model by its figures, a group of columns for each device.

import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Names } from '../measure/names.ts'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { joules, milliseconds, percent, whole } from '../parts/format.ts'
import type { Measured, Model } from './compared-models.tsx'

/** More devices than these the chart shows, and each model's own page. */
const DEVICES_MAX = 4

interface TableProps {
  readonly models: readonly Model[]
  readonly measured: readonly Measured[]
  readonly devices: readonly string[]
  readonly names: Names
}

export function ModelTable({ models, measured, devices, names }: TableProps) {
  const shown = devices.slice(0, DEVICES_MAX)
  const of = (model: Model, device: string) =>
    measured.find(({ modelId, deviceId }) => modelId === model.id && deviceId === device)?.summary
  const top1Of = (model: Model) => measured.find(({ modelId }) => modelId === model.id)?.summary.top1
  const rows = [...models].sort((a, b) => (top1Of(b) ?? -1) - (top1Of(a) ?? -1))
  return (
    <DataTable
      label="Models"
      rows={rows}
      keyOf={(model) => model.id}
      minWidth={520 + 190 * shown.length}
      columns={[
        {
          name: 'Model',
          cell: ({ name }) => (
            <Anchor component={Link} to="/models/$name" params={{ name } as never} inherit>
              {name}
            </Anchor>
          ),
        },
        {
          name: 'Input',
          cell: ({ contract: { input } }) => `${input.width} × ${input.height} ${input.dtype}`,
        },
        { name: 'Parameters', isFigure: true, cell: ({ params }) => (params === null ? '–' : whole(params)) },
        {
          name: 'Top-1',
          isFigure: true,
          cell: (model) => {
            const top1 = top1Of(model)
            return top1 === undefined ? '–' : percent(top1, 2)
          },
        },
        ...shown.flatMap((device): Column<Model>[] => [
          {
            name: `Latency, ${names.device(device)}`,
            isFigure: true,
            cell: (model) => orDash(of(model, device)?.latencyMeanMs, milliseconds),
          },
          {
            name: `Energy, ${names.device(device)}`,
            isFigure: true,
            cell: (model) => orDash(of(model, device)?.energy.perImageJ, joules),
          },
        ]),
      ]}
    />
  )
}

const orDash = (value: number | undefined, show: (value: number) => string): string =>
  value === undefined ? '–' : show(value)
