/**
 * The log of the service, on standard error: a line for each thing that happened, as `key=value`.
 */
import { escapeText } from "@holdfast/report/Terminal"
import * as Logger from "effect/Logger"

/** Texts of others are in it: each line stays a line, and holds nothing that a terminal acts upon. */
export const layer = Logger.layer([Logger.withConsoleError(Logger.map(Logger.formatLogFmt, escapeText))])
