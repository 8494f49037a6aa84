// transformers.js: a competitor is no dependency of the product (bench/peers/install-package.ts).

import { type Installed, installPackage } from '../../peers/install-package.ts'

export { PEERS } from '../../peers/install-package.ts'

const PACKAGE = '@huggingface/transformers'
export const PEER_VERSION = '4.3.1'

/** The folder that it is installed in, or why it is not. */
export const installPeer = (): Promise<Installed> =>
  installPackage('transformers', { [PACKAGE]: PEER_VERSION })
