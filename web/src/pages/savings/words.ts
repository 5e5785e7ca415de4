/** The words of savings. */

import type { Saving, SavingFact } from "../../api/schema";
import type { Option } from "../../controls/choice";
import { partWords } from "../../words/names";
import { dateTime } from "../../words/window";

export const KIND_WORDS: Readonly<Record<string, string>> = {
  "unmounted-volumes": "Unmounted volumes",
  "orphaned-resources": "Orphaned resources",
  "oversized-volumes": "Oversized volumes",
  "idle-workloads": "Idle workloads",
  "unused-gpus": "Unused GPUs",
  requests: "Requests",
  nodes: "Spare nodes",
  "nodes-after": "Spare nodes, later",
  commitments: "Unused commitments",
};

export const PROFILES: readonly Option[] = [
  ["development", "Little (development)"],
  ["production", "Usual (production)"],
  ["high-availability", "Much (high availability)"],
];

export const kindWords = (kind: string): string => KIND_WORDS[kind] ?? kind;

/** Where a saving is, from the cluster down. */
export function placeWords({ source, cluster, namespace, controller, name }: Saving): string {
  return [source, cluster, namespace, controller, name].filter(Boolean).map(partWords).join(" / ");
}

/** Why a saving is in no sum; nothing where it is. */
export function doubtWords({ verdict, reasons }: Saving): string {
  if (verdict === "ok") return "";
  const why = reasons.map(({ reason }) => reason).filter((reason) => reason !== verdict);
  return ` ${[verdict, ...why].join(": ")}`;
}

/** What is given back; below zero where a container should ask for more than it does. */
export function freedOf({ freed, advice, verdict }: Saving): string {
  if (!advice || Number(freed) !== 0 || verdict === "withheld") return freed;
  return String(Number(advice.cpu_freed) + Number(advice.ram_freed));
}

const MIB = 2 ** 20;

export const coresWords = (cores: number | null): string =>
  cores === null ? "–" : cores < 10 ? `${trimmed(cores * 1000)} m` : `${trimmed(cores)} cores`;

export function bytesWords(bytes: number | null): string {
  if (bytes === null) return "–";
  const mib = bytes / MIB;
  if (mib < 1024) return `${trimmed(mib)} MiB`;
  return mib < 1024 * 1024 ? `${trimmed(mib / 1024)} GiB` : `${trimmed(mib / 1024 / 1024)} TiB`;
}

function trimmed(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toFixed(value >= 10 ? 1 : 2)));
}

/** A fact in its unit. */
export function factWords({ value, unit }: SavingFact): string {
  if (unit === "time") return dateTime(value);
  if (unit === "bytes") return bytesWords(Number(value));
  if (unit === "bytes/s") return `${trimmed(Number(value))} bytes/s`;
  if (unit === "cores") return coresWords(Number(value));
  const numeric = value !== "" && Number.isFinite(Number(value));
  return [numeric && !Number.isInteger(Number(value)) ? trimmed(Number(value)) : value, unit]
    .filter(Boolean)
    .join(" ");
}
