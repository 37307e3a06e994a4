/** Something that happens again and again; whoever waits is told of the next time. */
export type Condition = { readonly next: () => Promise<void>; readonly notify: () => void }

export const createCondition = (): Condition => {
  let tell: () => void = () => undefined
  let next = Promise.resolve()
  const renew = () => {
    next = new Promise((resolve) => {
      tell = resolve
    })
  }
  renew()
  return {
    next: () => next,
    notify: () => {
      const told = tell
      renew()
      told()
    },
  }
}
