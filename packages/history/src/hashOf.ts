import { createHash } from "node:crypto"

/** The same for the same value, and for no other; 32 characters. */
export const hashOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32)
