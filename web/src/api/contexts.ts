/** Other installations, in the field's shape: what is known of each, whatever else a server sends with it. Pure. */

export interface Context {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  /** Named by the server's configuration: nobody can remove it here. */
  readonly provisioned: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Reach {
  readonly state: "reachable" | "unreachable" | "unknown";
  readonly reason: string;
}

/** The entries of the envelope that can be shown; anything that is no entry is left out. */
export function contextsOf(body: unknown): readonly Context[] {
  const data = isObject(body) ? body["data"] : null;
  return (Array.isArray(data) ? data : []).flatMap((entry: unknown) => {
    const context = isObject(entry) ? contextOf(entry) : null;
    return context ? [context] : [];
  });
}

function contextOf(entry: Record<string, unknown>): Context | null {
  const { address } = entry;
  // Only a server's address is made a link: an entry is what somebody typed.
  if (typeof address !== "string" || !/^https?:\/\//.test(address)) return null;
  const details = { ...(isObject(entry["details"]) ? entry["details"] : {}), ...entry };
  return {
    id: String(entry["id"] ?? entry["name"] ?? address),
    name: String(entry["name"] ?? "") || address,
    address,
    provisioned: details["provisioned"] === true,
    details,
  };
}

/** Whether a server has said that it tried an installation, and with what outcome. */
export function reachOf({ details }: Context): Reach {
  const said = details["reachable"];
  if (typeof said !== "boolean") return { state: "unknown", reason: "" };
  const reason = String(details["reason"] ?? details["error"] ?? "");
  return said ? { state: "reachable", reason: "" } : { state: "unreachable", reason };
}

export function isHere(context: Context, href: string): boolean {
  try {
    return new URL(context.address).host === new URL(href).host;
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
