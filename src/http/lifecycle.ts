/** Reports whether this process is shutting down; readiness checks then fail. */
export type ServerLifecycle = { readonly isStopping: () => boolean }
