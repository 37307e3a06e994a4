/** A repeated event. `next` resolves at the next call of `notify`. */
export type Condition = { readonly next: () => Promise<void>; readonly notify: () => void }

export const createCondition = (): Condition => {
  let resolveNext: () => void = () => undefined
  let next = Promise.resolve()
  const renew = () => {
    next = new Promise((resolve) => {
      resolveNext = resolve
    })
  }
  renew()
  return {
    next: () => next,
    notify: () => {
      const resolveCurrent = resolveNext
      renew()
      resolveCurrent()
    },
  }
}
