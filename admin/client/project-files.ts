// The files of a new function project: what `tandem functions new` writes beside the function itself. Small on
// purpose: a project is a module, the test that runs it in workerd, and how to go on.

export interface ProjectOptions {
  readonly name: string
  /** Of the installation that the project is developed with. */
  readonly tandemFolder: string
  readonly honoVersion: string
}

export function projectFiles(options: ProjectOptions): Record<string, string> {
  return {
    'package.json': packageJson(options),
    'tsconfig.json': TSCONFIG,
    'function.test.ts': TEST,
    'README.md': readme(options),
    '.gitignore': 'node_modules/\n',
  }
}

/** The examples' imports, which are spelled from inside of the installation, as a project spells them. */
export function asProjectSource(example: string): string {
  // Spelled with \s: a reader of imports (test/tidy.test.ts) shall not take these for one.
  return example
    .replace(/(?<=\bfrom\s')#/g, 'tandem/')
    .replace(/(?<=\bfrom\s')\.\.\/bindings\.ts/g, 'tandem/functions/bindings.ts')
}

function packageJson({ name, tandemFolder, honoVersion }: ProjectOptions): string {
  const content = {
    name,
    private: true,
    type: 'module',
    scripts: {
      dev: 'tandem functions dev function.ts',
      test: 'node --import tsx --test function.test.ts',
      check: 'tandem functions check function.ts',
      deploy: `tandem functions deploy function.ts --name ${name}`,
      types: 'tsc',
    },
    dependencies: { hono: honoVersion },
    devDependencies: { tandem: `file:${tandemFolder}` },
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

const TSCONFIG = `${JSON.stringify(
  {
    compilerOptions: {
      target: 'ES2023',
      lib: ['ES2023'],
      types: ['node'],
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      noEmit: true,
      allowImportingTsExtensions: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      verbatimModuleSyntax: true,
      skipLibCheck: true,
    },
    include: ['*.ts'],
  },
  null,
  2,
)}\n`

const TEST = `// Runs the function in the real workerd, behind the real bindings, with a stand-in for the models: \`npm test\`.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Bench, STAND_IN_CLASSES, startBench } from 'tandem/workers/dev/bench.ts'

let bench: Bench
before(async () => {
  bench = await startBench(new URL('function.ts', import.meta.url).pathname)
})
after(() => bench[Symbol.asyncDispose]())

test('answers an image by one of the classes that a model has named', async () => {
  const { labels, model } = await bench.classify()
  assert.ok(labels.every(({ index, name }) => STAND_IN_CLASSES[index] === name))
  assert.ok(['stand-in', 'stand-in-edge'].includes(model))
})

test('answers on the device where the edge refuses', async () => {
  const { tier } = await bench.classify({ edge: 'refuses' })
  assert.equal(tier, 'local')
})

test('keeps an image on the device for a client that wants it', async () => {
  await bench.classify({ preference: 'local-only' })
  assert.equal(bench.asked.offload, 0)
})
`

function readme({ name }: ProjectOptions): string {
  return `# ${name}

A classify function for Tandem: \`function.ts\`, a standard fetch module. It runs in workerd on every device, looks at
images by its bindings VISION and EDGE, and never sees their bytes, the network or the disk.

    npm test          runs it in the real workerd, with a stand-in for the models
    npm run dev       serves it with the models of this machine's local worker; every change reloads
    npm run check     what deploy checks, without deploying
    npm run deploy    checks it and stores it as the next version
    tandem promote --function ${name}

The first four work at once: \`node_modules\` links to the installation that made this project. \`npm install\` replaces
the links. All calls and limits: docs/functions.md of the installation.
`
}
