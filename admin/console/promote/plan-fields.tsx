// The fields of a promotion by stages: how many devices at a time, how long each is watched, and what sends it back.

import { Fieldset, Group, NumberInput, SimpleGrid, Stack, Switch, Text, TextInput } from '@mantine/core'
import { BOUNDS, faultOf, type PlanDraft } from './plan-draft.ts'

interface PlanProps {
  readonly draft: PlanDraft
  readonly onChange: (draft: PlanDraft) => void
}

export function PlanFields({ draft, onChange }: PlanProps) {
  const whole = (value: string | number) => (typeof value === 'number' ? value : 0)
  return (
    <Stack>
      <TextInput
        label="Stages, % of the group’s local devices"
        value={draft.shares}
        error={faultOf(draft)}
        onChange={(e) => onChange({ ...draft, shares: e.currentTarget.value })}
      />
      <Group grow align="flex-start">
        <NumberInput
          label="Watch each for, s"
          min={0}
          max={604_800}
          value={draft.soakS}
          onChange={(value) => onChange({ ...draft, soakS: whole(value) })}
        />
        <NumberInput
          label="Judge from, decisions"
          min={0}
          max={1_000_000}
          value={draft.minDecisions}
          onChange={(value) => onChange({ ...draft, minDecisions: whole(value) })}
        />
      </Group>
      <Switch
        label="Ask before every stage but the first"
        checked={draft.isAsking}
        onChange={(e) => onChange({ ...draft, isAsking: e.currentTarget.checked })}
      />
      <Fieldset legend="Send it back by itself above">
        <Text size="xs" c="dimmed" mb="xs">
          Empty: no bound. A device that fails to run it always sends it back.
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs">
          {BOUNDS.map(([name, label]) => (
            <NumberInput
              key={name}
              label={label}
              min={0}
              max={name === 'latencyP95MaxMs' ? 60_000 : 100}
              value={draft.bounds[name]}
              onChange={(value) =>
                onChange({
                  ...draft,
                  bounds: { ...draft.bounds, [name]: typeof value === 'number' ? value : '' },
                })
              }
            />
          ))}
        </SimpleGrid>
      </Fieldset>
    </Stack>
  )
}
