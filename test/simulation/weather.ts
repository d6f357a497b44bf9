/**
 * How kind is the world just now? The share of calls that go wrong, each in its own way.
 */
import type { Random } from './random'

export type Weather = {
  /** Refused before anything was done. */
  refused: number
  /** Done, and the answer was lost. */
  lost: number
  /** Told as failed, and done a while later. */
  late: number
  /** The function is ended here. */
  killed: number
  slow: number
  /** A listing of some minutes ago. */
  stale: number
  /** A body that ends early. */
  truncated: number
  /** An examination that throws, or finds no end. */
  unexaminable: number
}

export const fairWeather: Readonly<Weather> = {
  refused: 0,
  lost: 0,
  late: 0,
  killed: 0,
  slow: 0,
  stale: 0,
  truncated: 0,
  unexaminable: 0,
}

export const usualWeather: Readonly<Weather> = {
  refused: 0.002,
  lost: 0.002,
  late: 0.001,
  killed: 0.001,
  slow: 0.005,
  stale: 0.02,
  truncated: 0.01,
  unexaminable: 0.01,
}

/** Every second world is a rougher place. */
export const roughWeather: Readonly<Weather> = {
  refused: 0.01,
  lost: 0.01,
  late: 0.005,
  killed: 0.006,
  slow: 0.05,
  stale: 0.15,
  truncated: 0.03,
  unexaminable: 0.05,
}

/** Spells of trouble, each bad in its own way. */
export const storms = {
  'the store is away': { ...usualWeather, refused: 1 },
  'the store is weak': { ...usualWeather, refused: 0.15, lost: 0.05, slow: 0.2 },
  'answers are lost': { ...usualWeather, lost: 0.2, late: 0.1 },
  'functions are killed': { ...usualWeather, killed: 0.05 },
  'listings lag behind': { ...usualWeather, stale: 0.8 },
  'everything is slow': { ...usualWeather, slow: 0.6 },
  'nothing can be opened': { ...usualWeather, truncated: 0.6, unexaminable: 0.5 },
} satisfies Record<string, Weather>

export type StormName = keyof typeof storms

export const stormNames = Object.keys(storms)

export const stormOf = (name: string): Weather =>
  Object.entries(storms).find(([known]) => known === name)?.[1] ?? usualWeather

/** How long a call takes; no two as long, so that no two ever end at one instant. */
export const latencyMs = (random: Random, { slow }: Weather): number =>
  random.chance(slow) ? 1_000 + random.next() * 44_000 : 5 + random.next() * 145
