// How a model is fed, as far as its file does not say: a usual way by name, or one's own numbers.

import { Group, NumberInput, Select, SimpleGrid, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { PRESET_NAMES, PRESETS, type PresetName, presetInput, presetOf } from '#admin/client/zoo/presets.ts'
import type { ModelContract, ModelInput } from '#contract/model.ts'

interface FieldsProps {
  /** Nobody has said yet how pixels are prepared, and a guess would be silent. */
  readonly isUnsaid: boolean
  readonly contract: ModelContract
  readonly onChange: (contract: ModelContract) => void
}

const RESIZES = [
  { value: 'bilinear-antialias', label: 'bilinear, antialiased' },
  { value: 'bilinear-pillow', label: 'bilinear, as Pillow' },
  { value: 'bilinear', label: 'bilinear, four pixels' },
  { value: 'bilinear-tf1', label: 'bilinear, as TensorFlow 1' },
  { value: 'nearest', label: 'nearest pixel' },
]

export function ContractFields({ isUnsaid, contract, onChange }: FieldsProps) {
  const { input, output } = contract
  const set = (change: Partial<ModelInput>) => onChange({ ...contract, input: { ...input, ...change } })
  const take = (name: PresetName) => onChange({ ...contract, input: presetInput(name, input) })
  return (
    <>
      <Text size="sm">
        The file takes “{input.name}”: {input.width} × {input.height}, {input.dtype},{' '}
        {input.layout.toUpperCase()}
        {input.channels === 'bgr' && ', blue first'}; it answers “{output.name}”.
      </Text>
      <Select
        label="Pixels are prepared as by"
        description="A wrong choice costs accuracy and no error tells it: compare top-1 with what is published."
        data={PRESET_NAMES.map((name) => ({ value: name, label: `${name}: ${PRESETS[name].summary}` }))}
        value={isUnsaid ? null : (presetOf(input) ?? null)}
        placeholder={isUnsaid ? 'Choose what it was trained with' : 'numbers of your own'}
        onChange={(name) => name !== null && take(name as PresetName)}
        disabled={input.dtype === 'uint8'}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        {input.shortSide === undefined ? (
          <NumberInput
            label="Central crop of each side"
            min={0.01}
            max={1}
            step={0.005}
            value={input.crop}
            onChange={(crop) => typeof crop === 'number' && set({ crop })}
          />
        ) : (
          <NumberInput
            label="Short side is scaled to, pixels"
            min={Math.max(input.width, input.height)}
            max={2048}
            value={input.shortSide}
            onChange={(shortSide) => typeof shortSide === 'number' && set({ shortSide })}
          />
        )}
        <Select
          label="Scaled by"
          data={RESIZES}
          value={input.resize}
          onChange={(resize) => resize !== null && set({ resize: resize as typeof input.resize })}
          allowDeselect={false}
        />
      </SimpleGrid>
      <Group grow align="flex-start">
        <ChannelInput label="Mean of R, G, B" value={input.mean} onChange={(mean) => set({ mean })} />
        <ChannelInput label="Divided by" value={input.std} onChange={(std) => set({ std })} />
      </Group>
      <Select
        label="What it answers"
        data={[
          { value: 'logits', label: 'logits: softmax is applied to them' },
          { value: 'softmax', label: 'probabilities that add up to 1' },
        ]}
        value={output.kind}
        onChange={(kind) =>
          kind !== null && onChange({ ...contract, output: { ...output, kind: kind as typeof output.kind } })
        }
        allowDeselect={false}
      />
    </>
  )
}

type Channels = [number, number, number]

interface ChannelProps {
  readonly label: string
  readonly value: readonly number[]
  readonly onChange: (value: Channels) => void
}

function ChannelInput({ label, value, onChange }: ChannelProps) {
  const [text, setText] = useState<string>()
  const parsed = text
    ?.split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number)
  const isWrong = parsed !== undefined && (parsed.length !== 3 || parsed.some((n) => !Number.isFinite(n)))
  return (
    <TextInput
      label={label}
      value={text ?? value.join(', ')}
      error={isWrong && 'expected three numbers, such as 123.7, 116.3, 103.5'}
      onChange={(event) => {
        const now = event.currentTarget.value
        setText(now)
        const numbers = now
          .split(/[\s,;]+/)
          .filter(Boolean)
          .map(Number)
        if (numbers.length === 3 && numbers.every(Number.isFinite)) onChange(numbers as Channels)
      }}
      onBlur={() => !isWrong && setText(undefined)}
    />
  )
}
