import * as t from 'io-ts'
import { Subject } from '../../domain/access/subject.ts'

/** A user who is an admin (http-api.md §8.1, §8.12). */
export const AdminJson = t.strict({ sub: Subject, admin: t.literal(true) }, 'Admin')
