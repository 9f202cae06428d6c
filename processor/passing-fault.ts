/** A passing fault with a sentence for people; the cause, if any, is for the log alone. */
export class PassingFault extends Error {
  override readonly name: string = "PassingFault";
}
