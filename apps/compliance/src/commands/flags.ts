/**
 * Flags that commands share.
 */
import * as Config from "effect/Config"
import * as Flag from "effect/cli/Flag"

/** The configuration's file. */
export const config = Flag.String("config").pipe(
  Flag.withMetavar("file"),
  Flag.withDescription("The configuration [HOLDFAST_CONFIG]. Default: compliance.yaml"),
  Flag.withFallbackConfig(Config.String("HOLDFAST_CONFIG")),
  Flag.withDefault("compliance.yaml")
)
