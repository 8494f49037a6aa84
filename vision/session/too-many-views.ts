// A function that asks for more views of one image than the device infers. In a file of its own, since those who only
// hear of it have no use for the decoders.

export class TooManyViews extends Error {
  override readonly name = 'TooManyViews'
}
