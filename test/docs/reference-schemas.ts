// Which schema each table of the reference is about, by the name in the comment before it: `<!-- fields of Manifest -->`.

import type { z } from 'zod'
import { Deployment, FunctionRef, OffloadBudget, Policy, RouterRef } from '#contract/deployment.ts'
import { PinnedKey } from '#contract/device-api.ts'
import { ArtifactRef } from '#contract/digest.ts'
import { EdgePlace, Manifest } from '#contract/manifest.ts'
import { ModelContract, ModelInput, ModelRef } from '#contract/model.ts'
import { QualityBounds, Stage } from '#contract/rollout.ts'
import { RouterDocument, Scaler, Tree } from '#contract/router.ts'

const MANIFEST = {
  Manifest,
  Deployment,
  Policy,
  OffloadBudget,
  EdgePlace,
  ModelRef,
  ModelContract,
  ModelInput,
  RouterRef,
  FunctionRef,
  ArtifactRef,
  PinnedKey,
}
const ROLLOUT = { Stage, QualityBounds }
const PARTS = { Scaler, Tree }

type Kind = { readonly shape: { readonly kind: { readonly value: string } } } & z.ZodType

/** By their kinds: `forest`, `confidence` ... */
const ROUTERS = Object.fromEntries(
  (RouterDocument.options as readonly Kind[]).map((kind) => [kind.shape.kind.value, kind]),
)

/** The tables of each page, which link each other. */
export const SCHEMAS: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  'docs/manifest.md': MANIFEST,
  'docs/rollouts.md': ROLLOUT,
  'docs/router-document.md': { ...ROUTERS, ...PARTS },
}
