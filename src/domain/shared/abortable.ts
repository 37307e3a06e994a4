/**
 * The same port, with signals that are required where the port makes them optional. Background work uses
 * this type, so that every long step of it can be aborted.
 */
export type Abortable<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (...args: infer Args) => infer Result
    ? (...args: Required<Args>) => Result
    : Port[Name]
}
